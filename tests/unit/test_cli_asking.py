"""pause, resume, stop, checkpoint and set: asked, answered, refused."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.run import commands, launch
from engine.run.commands import Name
from engine.run.events import Reply
from engine.run.folder import RunFolder
from tests.recorded import alive, assert_two_lines, new_run, write
from tui import cli
from tui.commands import asking


def answering(monkeypatch: pytest.MonkeyPatch, *, applied: bool = True, text: str = "") -> list[Any]:
    """A worker that answers at once, at step 4 210; returns what it is asked."""
    real, seen = commands.ask, []

    def ask(run: RunFolder, name: Name, arguments: Mapping[str, Any] | None = None) -> int:
        command = real(run, name, arguments)
        seen.append((run.id, name, dict(arguments or {})))
        state = {"stop": "stopped"}.get(name, "running")
        reply = Reply(command=command, applied=applied, step=4_210, wall=time.time(), text=text)
        write(run, reply, facts={"state": state})
        return command

    monkeypatch.setattr(commands, "ask", ask)
    return seen


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pause"], "paused at step 4 210"),
        (["resume"], "resumed at step 4 210"),
        (["checkpoint"], "checkpoint written at step 4 210"),
        (["stop", "s42"], "stopped at step 4 210"),
    ],
)
def test_asking_the_newest_alive_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    run = new_run(tmp_path, **alive("paused" if words == ["resume"] else "running"))
    new_run(tmp_path, seed=7, state="finished")
    seen = answering(monkeypatch)
    assert cli.main([*words, "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{run.id}: {said}\n"
    assert seen == [(run.id, words[0], {})]


def test_set_is_validated_here_and_its_answer_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    seen = answering(monkeypatch, text="generator.lr 0.0002 → 0.0001")
    runs = ["--runs", str(tmp_path)]
    assert cli.main(["set", "generator.lr=-1", *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "set: generator.lr=-1: ", "above 0")
    assert cli.main(["set", run.id, "seed=3", *runs]) == 2
    why = "seed can't be changed while training: all that was drawn so far came from it"
    assert_two_lines(capsys.readouterr().err, why, f"latentop fork {run.path} --set seed=3")
    assert cli.main(["set", run.id, "generator.channels=3", *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "weights would not fit", "latentop train dcgan --set")
    assert cli.main(["set", run.id, "generator.speed=3", *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "generator.speed: no such setting", "accepted there")
    assert cli.main(["set", run.id, "watch.diversity_alarm=0.9", *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "diversity_clear must not be below diversity_alarm", "")
    assert cli.main(["set", run.id, *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "nothing to set", "generator.lr=1e-4")
    assert seen == []
    assert cli.main(["set", run.id, "generator.lr=1e-4", *runs]) == 0
    assert capsys.readouterr().out == f"{run.id}: generator.lr 0.0002 → 0.0001 at step 4 210\n"
    assert seen == [(run.id, "set", {"generator.lr": 1e-4})]
    words = ["generator.schedule=cosine", "objective.discriminator_steps=2", "objective.mixed=true"]
    assert cli.main(["set", *words, *runs]) == 0
    values = {"generator.schedule": "cosine", "objective.discriminator_steps": 2, "objective.mixed": True}
    assert seen[1:] == [(run.id, "set", values)]


def test_undo_is_asked_and_its_answer_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    seen = answering(monkeypatch, text="undone: generator.lr 0.0001 → 0.0002")
    assert cli.main(["undo", "--runs", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{run.id}: undone: generator.lr 0.0001 → 0.0002 at step 4 210\n"
    assert seen == [(run.id, "undo", {})]


def test_a_refusal_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new_run(tmp_path, **alive())
    answering(monkeypatch, applied=False, text="it is paused already")
    assert cli.main(["pause", "--json", "--runs", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["state"] == "refused"
    assert_two_lines(printed.err, "it is paused already", "latentop show")


def test_what_cannot_be_asked_of_a_run_that_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = ["--runs", str(tmp_path)]
    finished = new_run(tmp_path, state="finished")
    stopped = new_run(tmp_path, seed=7, state="stopped")
    assert cli.main(["pause", *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "being trained", "name one")
    assert cli.main(["pause", finished.id, *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "is finished", "try: ")
    assert cli.main(["resume", finished.id, *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "is finished", "--steps 600")
    assert cli.main(["resume", stopped.id, *runs]) == 2
    assert_two_lines(capsys.readouterr().err, "no checkpoint", "train anew")


@pytest.mark.parametrize(
    ("facts", "hint"),
    [
        ({"state": "finished"}, "train longer, in a run of its own: latentop fork"),
        ({"state": "failed"}, "see why: latentop show"),
        ({"state": "stopped"}, "from its last checkpoint, step 300: latentop resume"),
    ],
)
def test_stopping_what_has_ended_says_what_can_be_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], facts: dict[str, str], hint: str
) -> None:
    run = new_run(tmp_path, **facts)
    (run.checkpoints / "step-000000300.pt").touch()
    assert cli.main(["stop", "dcgan", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, f"{run.id} is {facts['state']}", hint)


def test_a_worker_that_is_starting_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However long that takes: it answers once training begins."""
    run = new_run(tmp_path, **alive("starting"))
    real, looks = commands.answer, 0

    def answer(run: RunFolder, command: int) -> commands.Answer:
        nonlocal looks
        looks += 1
        if looks == 3:
            reply = Reply(command=command, applied=True, step=1, wall=time.time(), text="")
            write(run, reply, facts={"state": "paused"})
        return real(run, command)

    monkeypatch.setattr(commands, "answer", answer)
    monkeypatch.setattr(asking, "_ANSWER_SECONDS", 0.0)
    assert cli.main(["pause", run.id, "--runs", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.err == "starting: waiting for it\n"
    assert "paused at step 1" in printed.out


def test_the_living_run_of_a_preset_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new_run(tmp_path, seed=1, state="stopped")
    run = new_run(tmp_path, seed=2, **alive())
    new_run(tmp_path, seed=3, state="stopped")
    new_run(tmp_path, "dcgan-64", **alive())
    seen = answering(monkeypatch)
    assert cli.main(["stop", "dcgan", "--runs", str(tmp_path)]) == 0
    assert seen == [(run.id, "stop", {})]
    assert run.id in capsys.readouterr().out


def test_resume_starts_a_new_worker_where_none_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped")
    (run.checkpoints / "step-300.pt").touch()
    resumed: list[tuple[RunFolder, bool]] = []

    def start(run: RunFolder, *, resume: bool) -> None:
        resumed.append((run, resume))
        write(run, facts=alive("starting"))

    monkeypatch.setattr(launch, "start", start)
    assert cli.main(["resume", run.id, "--runs", str(tmp_path)]) == 0
    assert resumed == [(run, True)]
    assert "trains on" in capsys.readouterr().out


def test_a_worker_that_dies_before_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    real = commands.ask

    def ask(run: RunFolder, name: Name, arguments: Mapping[str, Any] | None = None) -> int:
        command = real(run, name, arguments)
        write(run, facts={"pid": 2**22 + 1})
        return command

    monkeypatch.setattr(commands, "ask", ask)
    assert cli.main(["checkpoint", "--runs", str(tmp_path)]) == 5
    assert_two_lines(capsys.readouterr().err, "ended before it answered: crashed", f"show {run.path}")
