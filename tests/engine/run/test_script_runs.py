"""What a run on disk says of a script that trains it in a loop of its own."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from latentop.engine.run import commands
from latentop.engine.run.commands import Name
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts, from_values
from latentop.engine.run.process import liveness
from latentop.engine.run.process.liveness import judge
from tests.support.dashboard import DEAD_PID, asked
from tests.support.recorded_scripts import Scripted

NOW = 1_000_000.0
NO_NETWORKS = "it was given no networks"


@pytest.fixture
def facts() -> RunFacts:
    """Of a script's run that this very process trains."""
    known = {**liveness.identity().values, "state": "running", "heartbeat": NOW, "created": NOW - 60}
    return from_values({**known, "command": ["python", "train.py"]})


def test_a_script_that_is_gone_or_silent_is_called_the_script(facts: RunFacts, tmp_path: Path) -> None:
    gone = replace(facts, pid=DEAD_PID, process_started=NOW, folder=str(tmp_path))
    how = "is gone without a word, as after kill -9, want of memory or os._exit"
    log = "; its log: worker.log"
    assert judge(gone, NOW + 5).detail == f"the script {how}", "what it printed went elsewhere"
    assert judge(replace(gone, command=()), NOW + 5).detail == f"the worker {how}{log}"
    (tmp_path / "worker.log").touch()
    assert judge(gone, NOW + 5).detail == f"the script {how}{log}"
    assert judge(facts, NOW + 42).detail == "no word from the script for 42 s"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rollback", "can't go back: "),
        ("pause", "can't pause: "),
        ("checkpoint", "can't write a checkpoint: "),
    ],
)
def test_what_a_script_is_unable_to_obey_is_refused_with_the_reason(
    tmp_path: Path, name: Name, said: str
) -> None:
    recorded = Scripted(tmp_path, unable={name: NO_NETWORKS})
    recorded.trains(10)
    with pytest.raises(UsageError, match=said + NO_NETWORKS):
        commands.ask(recorded.run, name)
    commands.ask(recorded.run, "stop")
    assert asked(recorded.run) == [("stop", "{}")]


def test_a_gan_whose_samples_nobody_measures_is_not_healthy() -> None:
    said = {"kind": "gan", "verdict": "healthy", "metered": False}
    assert from_values(said).verdict == "unknown"
    assert from_values({**said, "metered": True}).verdict == "healthy"
    assert from_values({**said, "kind": "other"}).verdict == "healthy"
    assert from_values({**said, "verdict": "diverged"}).verdict == "diverged"


def test_a_run_that_ended_says_so_before_what_it_is_unable_to_do(tmp_path: Path) -> None:
    recorded = Scripted(tmp_path, unable={"pause": NO_NETWORKS})
    recorded.trains(10, state="finished", ended=time.time())
    with pytest.raises(UsageError, match="is finished: nobody is there to pause it"):
        commands.ask(recorded.run, "pause")
