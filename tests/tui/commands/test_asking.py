"""pause, resume, stop, checkpoint and set: asked, answered, refused."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from latentop.engine.run import commands
from latentop.engine.run.commands import Name
from latentop.engine.run.events import Mark, Reply
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.process.liveness import Liveness
from latentop.presets import catalogue
from latentop.tui import cli
from latentop.tui.commands import worker_answer
from tests.support.real_runs import facts
from tests.support.recorded_runs import alive, assert_two_lines, new_run, write

STOPPED = {"state": "stopped"}


def answering(
    monkeypatch: pytest.MonkeyPatch,
    *,
    applied: bool = True,
    text: str = "",
    stopped: Mapping[str, str] = STOPPED,
) -> list[Any]:
    """A worker that answers at once, at step 4 210; returns what it is asked. It ends as ``stopped`` says."""
    real, seen = commands.ask, []

    def ask(run: RunFolder, name: Name, arguments: Mapping[str, Any] | None = None) -> int:
        command = real(run, name, arguments)
        seen.append((run.id, name, dict(arguments or {})))
        reply = Reply(command=command, applied=applied, step=4_210, wall=time.time(), text=text)
        write(run, reply, facts=dict(stopped) if name == "stop" else {"state": "running"})
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
    told = capsys.readouterr()
    assert told.out == f"{run.id}: {said}\n"
    assert ("watch it: latentop follow" in told.err) is (words == ["resume"])
    assert seen == [(run.id, words[0], {})]


def test_a_run_that_fails_as_it_ends_was_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    answering(monkeypatch, stopped={"state": "failed", "error": "it can't write", "hint": "make room"})
    assert cli.main(["stop", "dcgan", "--runs", str(tmp_path)]) == 1
    assert_two_lines(capsys.readouterr().err, f"{run.id} failed as it ended: it can't write", "make room")


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


@pytest.mark.parametrize(("step", "hint"), [(0, "train it: "), (70, "train it again from its first step: ")])
def test_who_would_begin_anew_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: int, hint: str
) -> None:
    """There is a checkpoint from before the first step, and the next one takes its time."""
    run = new_run(tmp_path, state="running", pid=2**22 + 1, process_started=1.0, step=step)
    (run.checkpoints / "step-000000000.pt").touch()
    assert cli.main(["follow", run.id, "--runs", str(tmp_path)]) == 5
    assert f"  try: {hint}latentop resume" in capsys.readouterr().err


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
    monkeypatch.setattr(worker_answer, "_ANSWER_SECONDS", 0.0)
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
    (run.checkpoints / "step-120.pt").touch()
    resumed: list[tuple[RunFolder, bool, list[str]]] = []

    def start(run: RunFolder, *, resume: bool, words: list[str]) -> None:
        resumed.append((run, resume, words))
        said = "training again from step 120; data: 1 file removed since it trained last; on cpu"
        write(run, Mark(step=120, wall=time.time(), kind="resume", text=said), facts=alive())

    monkeypatch.setattr(launch, "start", start)
    words = ["--set", "batch=32", "--set", "device=cpu"]
    assert cli.main(["resume", run.id, *words, "--runs", str(tmp_path)]) == 0
    assert resumed == [(run, True, ["batch=32", "device=cpu"])]
    told = capsys.readouterr()
    assert "trains on" in told.out
    assert f"{run.id} goes on at its last checkpoint, step 120; it was at step 300" in told.err
    assert "\n  data: 1 file removed since it trained last\n  on cpu\n" in told.err
    assert "watch it: latentop follow" in told.err


def test_a_run_in_training_is_not_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path, **alive())
    assert cli.main(["resume", run.id, "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, f"{run.id} is in training already", "latentop attach")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("data.size=full", "data.size can't be changed while training: data are read at the start"),
        ("batch=none", "resume --set: batch=none: batch: 'none' is not accepted"),
        ("batch", "resume --set: batch: no KEY=VALUE"),
        ("steps=3", "resume --set: steps = 3 are over: step 300 is done"),
        ("device=cuda", "device = cuda, and torch sees no CUDA device here"),
        ("device=cuda:3", "device = cuda:3, and torch sees no CUDA device here"),
    ],
)
def test_what_a_resumption_cannot_change_is_refused_before_it_begins(
    word: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped")
    (run.checkpoints / "step-300.pt").touch()
    assert cli.main(["resume", run.id, "--set", word, "--runs", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
    assert facts(run).state == "stopped"
    assert not run.log.exists()  # no worker was started


def test_a_resumption_that_fails_as_it_starts_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped")
    (run.checkpoints / "step-300.pt").touch()
    real, looks = worker_answer.glance, 0

    def glance(run: RunFolder) -> tuple[RunFacts, Liveness]:
        nonlocal looks
        looks += 1
        if looks == 5:
            write(run, facts={"state": "failed", "error": "its device is gone", "hint": "find it"})
        return real(run)

    starting = {**alive("starting"), "detail": "reading data"}
    monkeypatch.setattr(launch, "start", lambda run, **_: write(run, facts=starting))
    monkeypatch.setattr(worker_answer, "glance", glance)
    assert cli.main(["resume", run.id, "--runs", str(tmp_path)]) == 1
    first, errors = capsys.readouterr().err.split("\n", 1)
    assert first == "starting: reading data"
    assert_two_lines(errors, "its device is gone", "find it")
    looks = 6
    monkeypatch.setattr(worker_answer, "_BEGIN_SECONDS", 0.2)
    write(run, facts={"state": "stopped", "pid": None})
    assert cli.main(["resume", run.id, "--runs", str(tmp_path)]) == 0
    assert "is starting: reading data · or end it: latentop stop" in capsys.readouterr().out


def test_a_run_whose_folder_of_images_is_gone_is_not_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped")
    (run.checkpoints / "step-300.pt").touch()
    gone = catalogue.load(catalogue.find("dcgan-64"), [f"data.path={tmp_path / 'gone'}"])
    run.preset.write_text(catalogue.dump(gone))
    assert cli.main(["resume", run.id, "--runs", str(tmp_path)]) == 2
    assert "gone does not exist" in capsys.readouterr().err
    assert not run.log.exists()  # no worker was started


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


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["stop"], "end it at once, without a checkpoint: latentop stop {run} --now"),
        (["checkpoint"], "see what it does: latentop follow {run}"),
    ],
)
def test_a_worker_that_does_not_answer_is_told_with_what_can_be_done(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    hint: str,
) -> None:
    run = new_run(tmp_path, **alive())
    monkeypatch.setattr(worker_answer, "_ANSWER_SECONDS", 0.0)
    assert cli.main([*words, run.id, "--runs", str(tmp_path)]) == 1
    told = f"{run.id} has not answered within 0 s; it stays asked to {words[0]}"
    assert_two_lines(capsys.readouterr().err, told, hint.format(run=run.path))
    assert [one.name for one in commands.Inbox(run).new()] == words  # it stays asked, indeed
    assert facts(run).state == "running"


def test_a_worker_that_is_still_starting_can_be_ended_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive("starting"), detail="reading data")
    for patience in ("_ANSWER_SECONDS", "_BEGIN_SECONDS"):
        monkeypatch.setattr(worker_answer, patience, 0.05)
    assert cli.main(["stop", run.id, "--runs", str(tmp_path)]) == 1
    first, errors = capsys.readouterr().err.split("\n", 1)
    assert first == f"starting: waiting for it · or end it: latentop stop {run.path} --now"
    assert_two_lines(errors, "(reading data); it stays asked to stop", f"stop {run.path} --now")
