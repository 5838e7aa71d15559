"""What tests look at in runs of scripts' own loops, and ask of them meanwhile."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latentop.engine.run import commands, folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.reader import Batch
from tests.support import ROOT
from tests.support.real_runs import everything, facts, wait_until
from tests.support.recorded_runs import ENTRY


def only_run(runs: Path) -> RunFolder:
    """The one run in that folder."""
    (found,) = folder.every(runs)
    return found


def newest_step(runs: Path) -> int:
    """Where the newest run in that folder is; 0 where there is none, or it is only just being made."""
    try:
        return facts(folder.find(runs, None)).step
    except LatentopError:
        return 0


def series(run: RunFolder) -> dict[str, list[tuple[int, float]]]:
    """Steps and values of each series, as recorded."""
    bins = everything(run).bins
    return {name: list(zip(one.step.tolist(), one.last.tolist(), strict=True)) for name, one in bins.items()}


def marks(recorded: Batch, kind: str) -> list[str]:
    """What its marks of that kind say."""
    return [mark.text for mark in recorded.marks if mark.kind == kind]


def steps() -> Iterator[int]:
    """Steps of a training that somebody else is to change or end, from 1; fails where nobody does."""
    pause = threading.Event()
    for step in range(1, 20_000):
        yield step
        pause.wait(0.002)
    raise AssertionError("nobody has ended it")


def changes(run: RunFolder, key: str, value: float) -> int:
    """Ask it to train with another value of a setting; return the number of what was asked."""
    return commands.ask(run, "set", {key: value})


@contextmanager
def stop_asked(runs: Path) -> Iterator[None]:
    """``latentop stop``, from another process, of the one run; it is to say that it was obeyed."""
    command = [*ENTRY, "stop", only_run(runs).id, "--runs", str(runs)]
    asked = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield
        told, _ = asked.communicate()
        assert asked.returncode == 0, told
    finally:
        asked.kill()
        asked.wait()


def stopped_together(script: Path, runs: Path, *, done: int) -> str:
    """What a script has printed whose processes train as one run, when it was stopped by somebody else.

    It says "done" so many times; its run is one, and has no rates to change.
    """
    training = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        wait_until(lambda: training.poll() is not None or newest_step(runs) > 3, 300)
        with stop_asked(runs):
            told, _ = training.communicate(timeout=200)
    finally:
        training.kill()
        training.wait()
    assert training.returncode == 0, told
    assert told.count("done") == done, told
    said = facts(only_run(runs))
    assert (said.state, said.title) == ("stopped", "together")
    assert not [one for one in said.settings if one.endswith(".lr")]
    return told
