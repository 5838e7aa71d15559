"""train --detach: whoever leaves a run knows that it trains, or why it does not."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.tui import cli
from latentop.tui.commands import first_step
from tests.support.recorded_runs import alive, assert_two_lines, new_run, write

FAILED = {"state": "failed", "error": "mygan.py:31: ValueError: no such layer", "hint": "mend it", "step": 0}


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_step, "SECONDS", 60.0)


def detached(runs: Path, *words: str) -> int:
    return cli.main(["train", "dcgan", *words, "--detach", "--runs", str(runs)])


@pytest.mark.parametrize("words", [[], ["--seeds", "2"], ["--json"]])
def test_a_run_that_fails_before_its_first_step_is_told_to_who_leaves_it(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(run: RunFolder) -> None:
        write(run, facts=FAILED)

    def queue(runs: Sequence[RunFolder], _jobs: int) -> None:
        start(runs[0])

    monkeypatch.setattr(launch, "start", start)
    monkeypatch.setattr(launch, "queue", queue)
    assert detached(tmp_path, *words) == 1
    printed = capsys.readouterr()
    first = printed.out.splitlines()[0]
    assert (json.loads(first)["run"] if "--json" in words else first).endswith("-dcgan-s42")
    assert_two_lines("\n".join(printed.err.splitlines()[-2:]), "ValueError: no such layer", "mend it")


def test_so_is_a_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = new_run(tmp_path, state="finished")
    (parent.checkpoints / "step-000000300.pt").write_bytes(b"")
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts=FAILED))
    assert cli.main(["fork", parent.id, "--steps", "400", "--detach", "--runs", str(tmp_path)]) == 1


def test_a_worker_that_cannot_even_begin_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "_WORKER", (sys.executable, "-c", "import sys; sys.exit('no torch here')"))
    assert detached(tmp_path) == 5
    assert "  | no torch here\nlatentop: " in capsys.readouterr().err


def test_it_is_waited_for_until_it_trains_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name is printed at once; each look finds the run one further."""
    ahead = [alive("starting"), {"state": "running", "step": 0}, {"step": 1}]
    started: list[RunFolder] = []

    def between_looks(_: float) -> None:
        assert capsys.readouterr().out in (f"{started[0].id}\n", "")
        write(started[0], facts=ahead.pop(0))

    monkeypatch.setattr(launch, "start", started.append)
    monkeypatch.setattr(time, "sleep", between_looks)
    assert detached(tmp_path) == 0
    assert ahead == []
    assert "no step" not in capsys.readouterr().err


def test_a_start_that_takes_long_is_left_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(first_step, "SECONDS", 0.0)
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts=alive("starting")))
    assert detached(tmp_path) == 0
    assert "it goes on starting; see latentop show" in capsys.readouterr().err
