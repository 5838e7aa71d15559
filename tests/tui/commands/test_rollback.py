"""``latentop rollback``: what is asked of the worker, what is listed, what is not accepted."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from latentop.engine.run import commands
from latentop.engine.run.commands import Name
from latentop.engine.run.events import Reply
from latentop.engine.run.folder import RunFolder
from latentop.tui import cli
from tests.support.recorded_runs import COLLAPSED, alive, assert_two_lines, new_run, write

BACK = "from step 300 back to 250, generator.lr 0.0002 → 0.0001, seed 7"


def answering(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """A worker that goes back to step 250 at once; returns with which arguments."""
    real, seen = commands.ask, []

    def ask(run: RunFolder, name: Name, arguments: Mapping[str, Any] | None = None) -> int:
        command = real(run, name, arguments)
        assert name == "rollback"
        seen.append(dict(arguments or {}))
        write(run, Reply(command=command, applied=True, step=250, wall=time.time(), text=BACK))
        return command

    monkeypatch.setattr(commands, "ask", ask)
    return seen


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ([], {"factor": 0.5, "seed": 45}),
        (["--to", "250"], {"step": 250, "factor": 0.5, "seed": 45}),
        (["--lr-factor", "0.25", "--seed", "7"], {"factor": 0.25, "seed": 7}),
        (["--to", "0", "--as-then"], {"step": 0}),
        (["--as-then", "--seed", "0"], {"seed": 0}),
    ],
)
def test_it_asks_and_tells_where_training_is_now(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    arguments: Mapping[str, object],
) -> None:
    run = new_run(tmp_path, **alive(), rewinds=2)
    seen = answering(monkeypatch)
    assert cli.main(["rollback", run.id, *words, "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{run.id}: {BACK}\n"
    assert seen == [arguments]


def test_without_a_name_the_newest_run_in_training_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    new_run(tmp_path, seed=43, state="finished")
    answering(monkeypatch)
    assert cli.main(["rollback", "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{run.id}: {BACK}\n"


@pytest.mark.parametrize(
    ("words", "wrong", "accepted"),
    [
        (["--lr-factor", "0"], "'0' is not accepted", "a number above 0 up to 10"),
        (["--lr-factor", "nan"], "'nan' is not accepted", "a number above 0 up to 10"),
        (["--lr-factor", "half"], "'half' is not accepted", "a number above 0 up to 10"),
        (["--seed", "-1"], "--seed", ""),
        (["--seed", "4294967296"], "'4294967296' is not accepted", "a whole number from 0 to 4294967295"),
        (["--to", "last"], "'last' is not accepted", "a whole number from 0"),
    ],
)
def test_what_is_not_accepted_is_told_and_not_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    wrong: str,
    accepted: str,
) -> None:
    run = new_run(tmp_path, **alive())
    seen = answering(monkeypatch)
    assert cli.main(["rollback", run.id, *words, "--runs", str(tmp_path)]) == 2
    errors = capsys.readouterr().err
    assert_two_lines(errors, wrong, "rollback --help")
    assert accepted in errors
    assert seen == []


def test_good_states_are_listed_oldest_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = time.time()
    states = [[0, now - 400, "unknown"], [1250, now - 65, "healthy"]]
    run = new_run(tmp_path, **alive(), snapshots=states)
    assert cli.main(["rollback", run.id, "--list", "--runs", str(tmp_path)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["STEP", "AGE", "VERDICT"]
    assert (lines[1][0], lines[1][-4:]) == ("0", ["too", "early", "to", "judge"])
    assert (lines[2][:2], lines[2][-1]) == (["1", "250"], "healthy")
    assert cli.main(["rollback", run.id, "--list", "--json", "--runs", str(tmp_path)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["step"], one["verdict"]) for one in listed] == [(0, "unknown"), (1250, "healthy")]


def test_states_of_after_the_alarm_began_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = time.time()
    states = [[361, now - 40, "healthy"], [503, now - 30, "healthy"], [789, now - 9, "healthy", True]]
    run = new_run(tmp_path, **alive(), snapshots=states)
    write(run, replace(COLLAPSED, severity="warning", step=900, evidence={"since": 503.0}))
    assert cli.main(["rollback", run.id, "--list", "--runs", str(tmp_path)]) == 0
    told = [line.split("  ")[-1].strip() for line in capsys.readouterr().out.splitlines()]
    assert told[1:] == ["healthy", "after the alarm began", "after the alarm began, your checkpoint"]
    assert cli.main(["rollback", run.id, "--list", "--json", "--runs", str(tmp_path)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["after_alarm"] for one in listed] == [False, True, True]


def test_a_run_without_good_states_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path, **alive())
    assert cli.main(["rollback", run.id, "--list", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "has no good state to go back to", "while training goes well")


@pytest.mark.parametrize("words", [[], ["--list"]])
def test_a_run_that_ended_has_nobody_to_roll_it_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    run = new_run(tmp_path, state="stopped", snapshots=[[0, 1.0, "healthy"]])
    assert cli.main(["rollback", run.id, *words, "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "is stopped: nobody is there to roll it back", "latentop train")


def test_what_the_guard_ended_has_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    why = "3 tries did not help: mode collapse"
    for verdict, code in (("collapsed", 4), ("exploding", 3)):
        run = new_run(tmp_path, state="stopped", verdict=verdict, guard_ended=why)
        assert cli.main(["follow", run.id, "--runs", str(tmp_path)]) == code
        assert f"ended {verdict.upper()}: the guard stopped it, {why}" in capsys.readouterr().err
