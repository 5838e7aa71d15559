"""A worker that answers nothing is ended: only that very process, with what it has started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness, termination
from tests.support.real_runs import everything, facts, wait_until
from tests.support.recorded_runs import alive, new_run

STUCK = "import subprocess, time; subprocess.Popen(['sleep', '1000']); time.sleep(1000)"


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for a worker, in a session of its own, and has started another."""
    process = subprocess.Popen([sys.executable, "-c", STUCK], start_new_session=True)
    wait_until(lambda: psutil.Process(process.pid).children())
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def trained_by(runs: Path, worker: subprocess.Popen[bytes], **more: object) -> RunFolder:
    return new_run(runs, **{**alive(), **liveness.identity(worker.pid).values, **more})


def test_it_is_ended_with_all_that_it_has_started_and_the_run_says_so(
    tmp_path: Path, worker: subprocess.Popen[bytes]
) -> None:
    run = trained_by(tmp_path, worker)
    asked = {name: commands.ask(run, name) for name in ("stop", "pause")}
    (child,) = psutil.Process(worker.pid).children()
    assert termination.end(run) == 300
    assert not liveness.lives(facts(run))
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert liveness.judge(facts(run), time.time()) == liveness.Liveness("stopped", False, termination.ENDED)
    assert [(mark.kind, mark.text) for mark in everything(run).marks] == [("stop", termination.ENDED)]
    assert [commands.answer(run, asked[name]).state for name in ("stop", "pause")] == ["applied", "refused"]
    assert commands.Inbox(run).new() == []  # who trains it on is asked for nothing


def test_no_other_process_is_ended(tmp_path: Path, worker: subprocess.Popen[bytes]) -> None:
    recycled = trained_by(tmp_path, worker, process_started=1.0)
    elsewhere = trained_by(tmp_path, worker, host="elsewhere")
    nobody = new_run(tmp_path, **{**alive(), "pid": None})
    for run, why in ((recycled, "no process"), (elsewhere, "on elsewhere"), (nobody, "no process")):
        with pytest.raises(UsageError, match=why):
            termination.end(run)
    assert worker.poll() is None
    assert os.getpgid(worker.pid) == worker.pid
