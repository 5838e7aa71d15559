"""The commands on a run that a script trains in a loop of its own."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import script_start
from latentop.tui import cli
from latentop.tui.model import event_text, run_brief
from latentop.tui.model.state import State, apply
from tests.support.dashboard import DEAD_PID, asked
from tests.support.real_runs import everything
from tests.support.recorded_runs import alive, assert_two_lines, write
from tests.support.recorded_scripts import Scripted
from tests.tui.commands.test_asking import answering

Errors = Callable[..., tuple[int, str]]


@pytest.fixture
def errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Errors:
    """Run a command on the runs there, and return its exit code and what it says on standard error."""

    def run(*words: str) -> tuple[int, str]:
        code = cli.main([*words, "--runs", str(tmp_path)])
        return code, capsys.readouterr().err

    return run


def test_numbers_of_a_script_are_set_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, errors: Errors
) -> None:
    recorded = Scripted(tmp_path)
    recorded.trains(10)
    seen = answering(monkeypatch)
    assert errors("set", recorded.run.id, "r1=5", "generator.lr=1e-4", "watch.guard=stop") == (0, "")
    values = {"r1": 5.0, "generator.lr": 1e-4, "watch.guard": "stop"}
    assert seen == [(recorded.run.id, "set", values)]
    assert errors("undo") == (0, "")
    assert seen[1:] == [(recorded.run.id, "undo", {})]


@pytest.mark.parametrize(
    ("word", "what", "hint"),
    [
        ("r1=101", "set: r1: 101 is not accepted", "a number from 0 up to 100"),
        ("r1=many", "set: r1: 'many' is not accepted", "a number from 0"),
        ("r2=1", "set: r2: no such setting", "generator.lr, discriminator.lr, r1, watch."),
        ("watch.guard=loudly", "set: watch.guard: ", "rollback"),
        ("watch.diversity_alarm=0.9", "diversity_clear must not be below diversity_alarm", ""),
        ("r1", "set: nothing to set", "write it like"),
    ],
)
def test_what_a_script_does_not_take_is_refused_here(
    tmp_path: Path, errors: Errors, word: str, what: str, hint: str
) -> None:
    recorded = Scripted(tmp_path)
    recorded.trains(10)
    code, said = errors("set", word)
    assert code == 2
    assert_two_lines(said, what, hint)
    assert asked(recorded.run) == []


@pytest.mark.parametrize(
    ("words", "name", "said"),
    [
        (["pause"], "pause", "can't pause"),
        (["stop", "my-gan"], "stop", "can't stop"),
        (["checkpoint"], "checkpoint", "can't write a checkpoint"),
        (["set", "r1=5"], "set", "can't change a setting"),
        (["undo"], "undo", "can't undo a change"),
        (["rollback"], "rollback", "can't go back"),
        (["rollback", "--list"], "rollback", "can't go back"),
    ],
)
def test_what_a_script_is_unable_to_do_is_refused_with_the_reason(
    tmp_path: Path, errors: Errors, words: list[str], name: str, said: str
) -> None:
    recorded = Scripted(tmp_path, unable={name: "it was given no networks"})
    recorded.trains(10)
    code, told = errors(*words)
    assert code == 2
    assert_two_lines(told, f"{said}: it was given no networks", "latentop show")
    assert asked(recorded.run) == []


def test_a_script_is_not_forked_and_not_even_asked_for_a_checkpoint(tmp_path: Path, errors: Errors) -> None:
    recorded = Scripted(tmp_path, command=("python", "train.py", "--width", "32"))
    recorded.trains(10)
    (recorded.run.checkpoints / "step-000000010.pt").touch()
    code, told = errors("fork", recorded.run.id, "--detach")
    assert code == 2
    assert_two_lines(
        told,
        "can't be forked: its networks are a script's own",
        "start the script again: python train.py --width 32",
    )
    assert asked(recorded.run) == []


def test_a_reason_of_its_own_against_a_fork_is_told(tmp_path: Path, errors: Errors) -> None:
    recorded = Scripted(tmp_path, unable={"fork": "its data can't be read twice"})
    recorded.trains(10, state="stopped")
    assert "can't be forked: its data can't be read twice" in errors("fork", recorded.run.id)[1]


def ended(runs: Path, state: str = "stopped", checkpoint: int | None = 1200, **facts: object) -> Scripted:
    """A run of a script that is there, which ended early."""
    (runs / "train.py").touch()
    recorded = Scripted(runs, directory=str(runs), **facts)  # type: ignore[arg-type]
    recorded.trains(1234, state=state, pid=None, ended=1.0, started=1.0)
    if checkpoint is not None:
        (recorded.run.checkpoints / f"step-{checkpoint:09d}.pt").touch()
    return recorded


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose scripts are started; each opens its run at once."""
    found: list[str] = []

    def start(run: RunFolder, facts: RunFacts) -> None:
        found.append(run.id)
        write(run, facts=alive())

    monkeypatch.setattr(script_start, "start", start)
    return found


class Terminal(io.StringIO):
    """A person who types one line."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("yes\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_a_script_is_started_again_once_that_is_agreed_to(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    started: list[str],
    answer: str,
    code: int,
) -> None:
    command = ("/usr/bin/env", "my train.py", "\x1b]0;owned\x07")
    (tmp_path / "my train.py").touch()
    run = ended(tmp_path, command=command, environment={"CUDA_VISIBLE_DEVICES": "1", "HOME": "/h"}).run
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert cli.main(["resume", run.id, "--runs", str(tmp_path)]) == code
    said = capsys.readouterr()
    assert "It goes on from its checkpoint of step 1 200; it was at step 1 234." in said.err.replace(
        "\u2009", " "
    )
    assert "  /usr/bin/env 'my train.py' '\\x1b]0;owned\\x07'\n" in said.err
    assert f"  in {tmp_path}\n" in said.err
    assert "  with CUDA_VISIBLE_DEVICES=1\n  with 1 more variables as they are here\n" in said.err
    assert started == ([run.id] if code == 0 else [])
    assert said.out == (f"{run.id} trains on from its last checkpoint\n" if code == 0 else "")


def test_nobody_is_asked_where_nobody_is(
    tmp_path: Path, errors: Errors, monkeypatch: pytest.MonkeyPatch, started: list[str]
) -> None:
    run = ended(tmp_path).run
    code, said = errors("resume", run.id)
    assert code == 2
    assert_two_lines(said, "nobody is there to be asked", "add --yes")
    assert started == []
    assert errors("resume", run.id, "--yes") == (0, f"watch it: latentop follow {run.path}\n")
    assert started == [run.id]


@pytest.mark.parametrize(
    ("facts", "words", "what", "hint"),
    [
        ({"checkpoint": None}, [], "left no checkpoint to go on from", "start the script again: "),
        ({"state": "finished"}, [], "is finished: its script came to its end", "start the script again: "),
        ({}, ["--set", "r1=5"], "gets its settings from its script", "latentop set"),
        ({"command": ("python", "gone.py")}, [], "gone.py, the script of", "LATENTOP_RESUME="),
    ],
)
def test_why_a_script_is_not_started_again_is_said_in_a_line(
    tmp_path: Path,
    errors: Errors,
    started: list[str],
    facts: dict[str, Any],
    words: list[str],
    what: str,
    hint: str,
) -> None:
    run = ended(tmp_path, **facts).run
    code, said = errors("resume", run.id, "--yes", *words)
    assert code == 2
    assert_two_lines(said, what, hint)
    assert started == []


def test_one_that_recorded_nothing_begins_again(tmp_path: Path, errors: Errors, started: list[str]) -> None:
    recorded = ended(tmp_path, checkpoint=None)
    recorded.says(step=0)
    assert errors("resume", recorded.run.id, "--yes")[0] == 0
    assert started == [recorded.run.id]


def test_scripts_are_not_started_by_the_way(tmp_path: Path, errors: Errors, started: list[str]) -> None:
    ended(tmp_path, state="running").says(pid=DEAD_PID, heartbeat=1.0)
    code, said = errors("resume", "--all")
    assert code == 2
    assert_two_lines(said, "only runs of scripts were cut off: ", "latentop resume NAME")
    assert started == []


@pytest.mark.parametrize(
    ("facts", "told", "field"), [({"seed": 0, "seeded": True}, True, 0), ({"seed": 0}, False, None)]
)
def test_a_seed_of_0_is_a_seed_and_none_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], facts: dict[str, Any], told: bool, field: int | None
) -> None:
    recorded = Scripted(tmp_path, data="faces", **facts)
    recorded.trains(10)
    runs = ["--runs", str(tmp_path)]
    assert cli.main(["show", *runs]) == 0
    assert ("\n seed 0\n" in re.sub(" +", " ", capsys.readouterr().out)) == told
    assert cli.main(["show", "--json", *runs]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == field
    state = apply(State(), everything(recorded.run))
    assert ("seed 0" in "".join(text for text, _ in run_brief.lines(state))) == told
    assert ("seed 0" in event_text.opening("r", state.facts, state.liveness, 0.0).text) == told


def test_what_a_script_says_of_itself_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = Scripted(tmp_path, command=("python", "train.py"), unable={"rollback": "no networks"})
    recorded.trains(10)
    runs = ["--runs", str(tmp_path)]
    assert cli.main(["show", *runs]) == 0
    said = re.sub(" +", " ", capsys.readouterr().out)
    assert "\n script python train.py\n" in said
    assert "\nconfig\n batch_size 64\n model/width 32\n augment true\n" in said
    assert "\nwhat it can't do\n it can't go back: no networks\n" in said
    assert "\nsettings\n generator.lr 0.0002\n" in said
    assert "preset" not in said
    assert cli.main(["show", "--json", *runs]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["config"] == {"batch_size": 64, "model/width": 32, "augment": True}
    assert told["settings"]["config/model/width"] == 32
    assert told["facts"]["command"] == ["python", "train.py"]


def test_scripts_are_compared_by_what_they_say_of_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = []
    for width in (32, 64):
        config = {"batch_size": 64, "model/width": width}
        recorded = Scripted(tmp_path, seed=width, config=config)
        recorded.trains(10, state="stopped")
        ids.append(recorded.run.id)
    runs = ["--runs", str(tmp_path)]
    assert cli.main(["compare", *ids, *runs]) == 0
    said = re.sub(" +", " ", capsys.readouterr().out)
    assert "\nsettings that differ\nconfig/model/width 32 64\n" in said
    assert "batch_size" not in said
    assert cli.main(["compare", *ids, "--json", *runs]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["differences"] == {"config/model/width": {ids[0]: 32, ids[1]: 64}}


def test_what_to_do_about_a_script_that_ended_is_to_start_it_again(tmp_path: Path, errors: Errors) -> None:
    command = ("python", "train.py")
    recorded = ended(tmp_path, checkpoint=None, command=command)
    assert "start the script again: python train.py" in errors("pause", recorded.run.id)[1]
    (recorded.run.checkpoints / "step-000001200.pt").touch()
    assert f"latentop resume {recorded.run.path}" in errors("pause", recorded.run.id)[1]


def test_following_tells_of_what_it_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = Scripted(tmp_path, "upscaler", "other")
    recorded.trains(10)
    recorded.draws("train/psnr", [31.0] * 10)
    recorded.says(state="finished")
    assert cli.main(["follow", "--runs", str(tmp_path)]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.endswith("upscaler · finished at step 10")
    assert "train/psnr 31" in last
