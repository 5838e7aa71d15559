"""fork: a run from a checkpoint of another, as the command line makes it; no training."""

import errno
import json
import os
from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets import catalogue
from latentop.tui import cli
from latentop.tui.runs import forks
from tests.support.real_runs import facts
from tests.support.recorded_runs import alive, assert_two_lines, new_run, write


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The runs for which a worker would have been started."""
    found: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", found.append)
    return found


@pytest.fixture
def parent(tmp_path: Path) -> RunFolder:
    """A run that ended at step 300, with three checkpoints, one learning rate changed."""
    run = new_run(tmp_path, state="finished", settings={"generator.lr": 0.0125})
    for step in (100, 200, 300):
        (run.checkpoints / f"step-{step:09d}.pt").write_bytes(f"weights of {step}".encode())
    return run


def fork(runs: Path, *words: str) -> int:
    return cli.main(["fork", *words, "--runs", str(runs)])


def test_it_begins_with_the_newest_checkpoint_and_the_settings_as_they_are_now(
    tmp_path: Path, parent: RunFolder, started: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fork(tmp_path, parent.id, "--steps", "900", "--set", "discriminator.lr=0.5", "--detach") == 0
    (run,) = started
    assert capsys.readouterr().out == f"{run.id}\n"
    assert run.graft.read_bytes() == b"weights of 300"
    assert (
        run.graft.stat().st_mode & 0o077 == (parent.checkpoints / "step-000000300.pt").stat().st_mode & 0o077
    )
    preset = catalogue.flatten(catalogue.parse(run.preset.read_text(), ""))
    assert (preset["generator.lr"], preset["discriminator.lr"], preset["steps"]) == (0.0125, 0.5, 900)
    told = facts(run)
    assert (told.parent, told.parent_step, told.step, told.steps) == (parent.id, 300, 300, 900)


def test_it_begins_with_the_newest_checkpoint_up_to_a_step(
    tmp_path: Path, parent: RunFolder, started: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fork(tmp_path, parent.id, "--at", "250", "--detach", "--json") == 0
    assert json.loads(capsys.readouterr().out)["run"] == started[0].id
    assert started[0].graft.read_bytes() == b"weights of 200"
    assert cli.main(["show", started[0].id, "--runs", str(tmp_path)]) == 0
    assert f"parent         {parent.id}, step 200" in capsys.readouterr().out


def test_the_parent_may_be_deleted(tmp_path: Path, parent: RunFolder, started: list[RunFolder]) -> None:
    assert fork(tmp_path, parent.id, "--at", "100", "--detach") == 0
    (parent.checkpoints / "step-000000100.pt").unlink()
    assert started[0].graft.read_bytes() == b"weights of 100"


def test_it_is_told_that_the_last_checkpoint_of_a_crashed_run_is_long_ago(
    tmp_path: Path, started: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped")
    (run.checkpoints / "step-000000100.pt").write_bytes(b"weights")
    assert fork(tmp_path, run.id, "--detach") == 0
    said = f"it begins at the last checkpoint, step 100; {run.id} was at step 300"
    assert said in capsys.readouterr().err


def test_a_checkpoint_on_a_disk_without_links_is_copied(
    tmp_path: Path, parent: RunFolder, started: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert fork(tmp_path, parent.id, "--at", "100", "--detach") == 0
    assert started[0].graft.read_bytes() == b"weights of 100"
    assert started[0].graft.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        (["--at", "5e1"], "no checkpoint up to step 50", "there are: 100, 200, 300"),
        (["--at", "now"], "'now' is not accepted: a whole number from 0", "latentop fork --help"),
        ([], "steps = 20000", ""),
        (["--steps", "300"], "steps = 300 are over: the checkpoint is of step 300", "--steps 600"),
        (["--set", "generator.lr=50"], "--set generator.lr=50: ", "above 0"),
        (["--steps", "-1"], "--steps -1: ", "from 1"),
        (
            ["--set", "generator.channels=32"],
            "of another shape (it is 64)",
            "train anew",
        ),
        (["--set", "generator.speed=1"], "no such setting", ""),
    ],
)
def test_what_cannot_be_is_told_in_a_line_and_no_run_is_made(
    tmp_path: Path,
    parent: RunFolder,
    started: list[RunFolder],
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
    hint: str,
) -> None:
    if not words:  # the parent has trained all its steps
        for path in parent.checkpoints.iterdir():
            path.rename(path.with_name("step-000020000.pt"))
    assert fork(tmp_path, parent.id, *words, "--detach") == 2
    assert_two_lines(capsys.readouterr().err, said, hint)
    assert started == []
    assert [path.name for path in tmp_path.iterdir()] == [parent.id]


def test_a_run_without_a_checkpoint_has_no_forks(
    tmp_path: Path, started: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped")
    assert fork(tmp_path, run.id) == 2
    assert_two_lines(capsys.readouterr().err, f"{run.id} has no checkpoint", "none was written")
    assert started == []


def test_a_run_in_training_is_asked_for_a_checkpoint_first(
    tmp_path: Path, started: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tmp_path, **alive())
    asked: list[RunFolder] = []

    def freshen(parent: RunFolder) -> None:
        asked.append(parent)
        (parent.checkpoints / "step-000000300.pt").write_bytes(b"fresh")

    monkeypatch.setattr(forks, "freshen", freshen)
    assert fork(tmp_path, run.id, "--detach") == 0
    assert asked == [run]
    assert started[0].graft.read_bytes() == b"fresh"


@pytest.mark.parametrize("command", ["fork", "resume"])
def test_a_run_whose_log_cannot_be_written_is_told_like_any_that_cannot(
    command: str,
    tmp_path: Path,
    parent: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(parent, facts={"state": "stopped"})
    real = os.open

    def refused(path: str | Path, *rest: int, **more: int) -> int:
        if Path(path).name == "worker.log":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refused)
    assert cli.main([command, parent.id, "--runs", str(tmp_path)]) == 1
    told = capsys.readouterr().err.splitlines()[-2:]
    assert_two_lines("\n".join(told), "worker.log can't be written: permission denied", "ask its owner")
