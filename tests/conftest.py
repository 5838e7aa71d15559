"""What must hold before any test: see each line."""

import atexit
import os
import shutil
import signal
import sys
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports torch: its threads sleep while they wait, as a worker's do.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Before anything imports numpy: one thread of it, as the dashboard has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Numbers are compared, and a GPU rounds otherwise: no test sees one. `python -m benchmarks gpu` is for those.
os.environ["CUDA_VISIBLE_DEVICES"] = ""

# What whoever runs the tests has set for themselves is neither read nor changed; workers inherit this.
for kind in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
    os.environ[kind] = tempfile.mkdtemp(prefix="latentop-tests-")
    atexit.register(shutil.rmtree, os.environ[kind], ignore_errors=True)

# A shell starts what runs in the background deaf to Ctrl-C, and some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Every run tries the same examples, so that a change is to blame for what turns red; to look for new ones:
# pytest --hypothesis-profile=default
# How long an example takes says how busy the machine is.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def nothing_was_started() -> None:
    """A worker that an earlier test started, and that has ended, is none of this one's."""
    if launch := sys.modules.get("latentop.engine.run.process.launch"):
        launch._ended.update({one.pid: code for one in launch._started if (code := one.poll()) is not None})
        launch._started[:] = [one for one in launch._started if one.returncode is None]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Networks as small as those of tests only wait for a second thread, and two processes test at once."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give slow tests ten minutes, where they don't say how long they may take."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(600))
