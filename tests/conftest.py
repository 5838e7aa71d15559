"""What must hold before any test: see each line."""

import atexit
import os
import shutil
import signal
import tempfile

from hypothesis import settings

# Before anything imports torch: its threads sleep while they wait, as a worker's do (engine.run.launch).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# What whoever runs the tests has set for themselves is neither read nor changed; workers inherit this.
for kind in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
    os.environ[kind] = tempfile.mkdtemp(prefix="latentop-tests-")
    atexit.register(shutil.rmtree, os.environ[kind], ignore_errors=True)

# A shell starts what runs in the background deaf to Ctrl-C, and some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Every run tries the same examples, so that a change is to blame for what turns red; to look for new ones:
# pytest --hypothesis-profile=default
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
