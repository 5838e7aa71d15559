"""What benchmarks start and are sure to end: workers, dashboards, loops of others, and folders for them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil

from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import facts, training, wait_until

if TYPE_CHECKING:
    from benchmarks.speed.pty_recording import Recording

LATENTOP = Path(sys.executable).with_name("latentop")
ENDLESS = "steps=100000000"
"""What runs are told that are ended from outside."""
_POLITE = {"OMP_WAIT_POLICY": "PASSIVE"}
"""As every worker has it: see latentop.engine.run.process.launch."""


_KNOWN = TemporaryDirectory(prefix="latentop-speed-")
"""What a machine remembers on which each preset has been trained before: one trial for all measurements."""


@contextmanager
def somewhere(*, new: bool = False) -> Iterator[Path]:
    """A folder for one measurement, where runs and settings lie; ``new``: the machine remembers nothing."""
    before = os.environ.get("XDG_CACHE_HOME")
    with TemporaryDirectory(prefix="latentop-speed-") as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache") if new else _KNOWN.name
        try:
            yield Path(folder)
        finally:
            os.environ.pop("XDG_CACHE_HOME")
            if before is not None:
                os.environ["XDG_CACHE_HOME"] = before


@contextmanager
def worker(folder: Path, preset: str, overrides: Sequence[str] = ()) -> Iterator[RunFolder]:
    """A run in training by a detached worker, which has found what is fastest here before others compete."""
    with training(folder / "runs", preset, [ENDLESS, *overrides], cold=True) as run:
        wait_until(lambda: facts(run).step > 0)
        yield run


def process_of(run: RunFolder) -> list[psutil.Process]:
    """The worker that trains the run, if it lives."""
    pid = facts(run).pid
    with suppress(psutil.NoSuchProcess):
        return [psutil.Process(pid)] if pid is not None else []
    return []


def dashboard(folder: Path, *words: str | Path, images: str = "automatic") -> "Recording":
    """``latentop`` with these words in a terminal, as somebody who has seen its first hint."""
    from benchmarks.speed.pty_recording import Recording  # an emulator, which not every measurement needs

    settings = folder / f"config-{images}"
    (settings / "latentop").mkdir(parents=True, exist_ok=True)
    (settings / "latentop" / "settings.toml").write_text(f'hinted = true\nimages = "{images}"\n')
    return Recording([LATENTOP, *words], {"XDG_CONFIG_HOME": str(settings)})


@contextmanager
def loop(
    name: str, *words: str | Path, shown: bool = False, errors: Path | None = None
) -> Iterator[psutil.Process]:
    """One of ``benchmarks.speed.loops``, a process of its own; ``shown``: in a terminal, for its progress.

    ``errors``: the file for what else it writes to standard error.
    """
    command = [sys.executable, "-m", f"benchmarks.speed.loops.{name}", *map(str, words)]
    if shown:
        from benchmarks.speed.pty_recording import Recording

        with Recording(command, _POLITE) as recording:
            yield psutil.Process(recording.process.pid)
        return
    with errors.open("wb") if errors else nullcontext() as stream:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            env={**_POLITE, **os.environ},
            start_new_session=True,
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        for one in family(psutil.Process(process.pid)) if process.poll() is None else []:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def steps_a_second(run: RunFolder, seconds: float) -> float:
    """How fast it trains, over so many seconds from now."""
    first, began = facts(run).step, time.perf_counter()
    time.sleep(seconds)
    return (facts(run).step - first) / (time.perf_counter() - began)
