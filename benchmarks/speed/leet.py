"""wandb's viewer in the terminal, LEET, on runs that wandb recorded offline: what ours is held against."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.speed.processes import loop
from benchmarks.speed.pty_recording import Recording
from tests.support.real_runs import wait_until

ENVIRONMENT = {"WANDB_ERROR_REPORTING": "false", "WANDB_MODE": "offline"}


def there() -> bool:
    """Whether wandb is installed."""
    return find_spec("wandb") is not None


def finished(folder: Path, steps: int) -> tuple[Path, float]:
    """A finished run of eight metrics, and the microseconds that a step's ``wandb.log`` took, the median."""
    command = [sys.executable, "-m", "benchmarks.speed.loops.wandb_run", str(folder), str(steps)]
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return _file(folder), float(done.stdout.split()[-1])


@contextmanager
def live(folder: Path, speed: float) -> Iterator[Path]:
    """A run that goes on meanwhile, at that many steps a second."""
    folder.mkdir(parents=True, exist_ok=True)
    with loop("wandb_run", folder, "100000000", str(speed)):
        wait_until(lambda: any(folder.rglob("*.wandb")))
        yield _file(folder)


def opened(run: Path, folder: Path) -> Recording:
    """LEET on a run, in a home of its own."""
    viewer = Path(sys.executable).with_name("wandb")
    return Recording([viewer, "beta", "leet", "run", run], {**ENVIRONMENT, "HOME": str(folder)})


def _file(folder: Path) -> Path:
    return next(folder.rglob("*.wandb"))
