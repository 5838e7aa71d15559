"""What tests share: waiting for conditions, and real runs that are sure to be ended."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from latentop.engine.run import commands
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.reader import Batch, Reader
from latentop.presets import catalogue
from latentop.tui.runs.start import start
from tests.support.forkserver import fork_server

SMALL_GAN = ("generator.channels=8", "discriminator.channels=8", "batch=16", "watch.samples=64")
"""A DCGAN that takes some milliseconds a step, so that a test can train it for real."""
FEW_IMAGES = ("data.train=1000", "data.held_out=300")
"""So many of Fashion-MNIST that a meter is soon built, and every class is told."""


def wait_until(condition: Callable[[], object], seconds: float = 90.0) -> None:
    """Return as soon as the condition holds; fail where it never does."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError(f"not within {seconds:.0f} s: {condition}")


def remove(folder: Path) -> None:
    """As ``rm -rf`` does it, again where somebody has just written something."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def facts(run: RunFolder) -> RunFacts:
    """What the run says of itself right now."""
    reader = Reader(run.database)
    try:
        return reader.facts()
    finally:
        reader.close()


def everything(run: RunFolder) -> Batch:
    """All that is recorded of a run."""
    reader = Reader(run.database)
    try:
        batch = reader.poll()
    finally:
        reader.close()
    assert batch is not None
    return batch


def alone(run: RunFolder) -> Batch:
    """All that ``run.db`` holds by itself, copied elsewhere."""
    with tempfile.TemporaryDirectory() as place:
        copy = RunFolder(Path(shutil.copytree(run.path, f"{place}/{run.id}", ignore=_beside)))
        return everything(copy)


def folded(run: RunFolder) -> bool:
    """Whether the write-ahead log beside ``run.db`` is empty, or gone."""
    log = run.database.with_name("run.db-wal")
    return not log.exists() or log.stat().st_size == 0


_beside = shutil.ignore_patterns("run.db-*")


def ask(run: RunFolder, name: commands.Name, arguments: dict[str, object] | None = None) -> commands.Answer:
    """Ask a run's worker, and wait for the answer."""
    number = commands.ask(run, name, arguments)
    wait_until(lambda: commands.answer(run, number).state != "asked")
    return commands.answer(run, number)


@contextmanager
def training(
    runs: Path, name: str, overrides: Sequence[str] = (), *, cold: bool = False
) -> Iterator[RunFolder]:
    """A run in real training by a real worker, which is ended when the block is.

    It computes with one thread, and has torch imported already; a ``cold`` one is as people start it.
    """
    entry = catalogue.find(name)
    waiting = None if cold else fork_server()
    run = start(runs, entry.name, catalogue.load(entry, overrides), waiting=waiting)
    try:
        wait_until(lambda: facts(run).pid is not None)
        yield run
    finally:
        end(run)


def train_aside(run: RunFolder) -> None:
    """Have a training that is only looked at take what others leave of the processors."""
    pid = facts(run).pid
    assert pid is not None
    psutil.Process(pid).nice(10)


def end(run: RunFolder) -> None:
    """Kill the run's worker, if it lives, and return when it is gone."""
    pid = facts(run).pid
    if pid is None:
        return
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    for process in launch.started():
        if process.pid == pid:
            process.wait()
    wait_until(lambda: not psutil.pid_exists(pid))
