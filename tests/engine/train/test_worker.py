"""One worker a run, and what is left when it ends."""

import errno
import fcntl
from pathlib import Path

import pytest

from latentop.engine.run import commands
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.train import worker
from tests.support.real_runs import facts
from tests.support.recorded_runs import DCGAN


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), DCGAN)


@pytest.mark.parametrize(("number", "code"), [(errno.EWOULDBLOCK, 1), (errno.ENOLCK, 0), (errno.ENOSYS, 0)])
def test_only_a_lock_that_is_held_means_another_worker(
    run: RunFolder, number: int, code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Many a file system of another machine has no locks at all."""

    def flock(*_: object) -> None:
        raise OSError(number, "told by the system")

    monkeypatch.setattr(fcntl, "flock", flock)
    monkeypatch.setattr(worker, "_train", lambda *_, **__: None)
    assert worker.work(run, resume=False) == code
    assert ("another worker trains this run already" in caplog.text) == (code == 1)
    assert ("nothing can be locked there (told by the system)" in caplog.text) == (code == 0)


def test_a_worker_that_fails_leaves_nobody_waiting_for_an_answer(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fails(*_: object, **__: object) -> None:
        asked.append(commands.ask(run, "pause"))
        raise RuntimeError("it broke")

    monkeypatch.setattr(worker, "_train", fails)
    assert worker.work(run, resume=False) == 1
    assert facts(run).state == "failed"
    answer = commands.answer(run, asked[0])
    assert (answer.state, answer.text) == ("refused", "the worker ended before it saw this")
