"""rename, note and delete, as scripts and people at a terminal meet them."""

import io
import json
import sys
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.tui import cli
from tests.support.real_runs import facts
from tests.support.recorded_runs import EVIL, alive, assert_two_lines, latentop, new_run, write


def test_a_name_and_a_note_are_listed_shown_and_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, other = new_run(tmp_path, seed=1), new_run(tmp_path, seed=2)
    where = ["--runs", str(tmp_path)]
    assert cli.main(["rename", run.id, "the good one", *where]) == 0
    assert cli.main(["note", "the good one", "keep for the talk", *where]) == 0
    assert capsys.readouterr().out == (
        f"{run.id} is called the good one\n{run.id} has the note: keep for the talk\n"
    )
    assert cli.main(["ls", *where]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if run.id in line]
    assert line[head.index("NAME") :].startswith("the good one")
    assert line[head.index("NOTE") :] == "keep for the talk"
    assert cli.main(["show", "the good one", *where]) == 0
    shown = capsys.readouterr().out
    assert run.id in shown
    assert "keep for the talk" in shown
    assert cli.main(["ls", "--json", *where]) == 0
    listed = {one["run"]: (one["name"], one["note"]) for one in json.loads(capsys.readouterr().out)}
    assert listed == {run.id: ("the good one", "keep for the talk"), other.id: ("", "")}


def test_a_list_without_names_has_no_columns_for_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_run(tmp_path)
    assert cli.main(["ls", "--runs", str(tmp_path)]) == 0
    assert "NAME" not in capsys.readouterr().out


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path, state="finished")
    where = ["--json", "--runs", str(tmp_path)]
    assert cli.main(["rename", "dcgan", "mine", *where]) == 0
    assert json.loads(capsys.readouterr().out) == {"run": run.id, "name": "mine"}
    assert cli.main(["note", "dcgan", "", *where]) == 0
    assert json.loads(capsys.readouterr().out) == {"run": run.id, "note": ""}
    assert cli.main(["delete", "mine", "--yes", *where]) == 0
    (deleted,) = json.loads(capsys.readouterr().out)
    assert deleted["run"] == run.id
    assert deleted["bytes"] > 10_000


def test_a_name_with_escape_codes_is_refused_and_one_in_a_file_harmless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path)
    assert cli.main(["rename", run.id, EVIL, "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "not to be printed", "accepted: printable")
    write(run, facts={"name": EVIL, "note": EVIL})
    assert cli.main(["ls", "--runs", str(tmp_path)]) == 0
    assert "".join(capsys.readouterr().out.splitlines()).isprintable()


def test_delete_needs_somebody_to_ask_or_yes(tmp_path: Path) -> None:
    first, second = (new_run(tmp_path, seed=seed, state="finished") for seed in (1, 2))
    done = latentop(tmp_path, "delete", first.id, second.id)
    assert done.returncode == 2
    assert_two_lines(done.stderr, "nobody is there to be asked", "--yes")
    assert len(folder.every(tmp_path)) == 2
    done = latentop(tmp_path, "delete", first.id, second.id, "--yes")
    assert done.returncode == 0
    assert f"{first.id} is deleted: " in done.stdout
    assert folder.every(tmp_path) == []


@pytest.mark.parametrize(("answer", "code"), [("yes\n", 0), ("no\n", 1), ("", 1)])
def test_delete_asks_on_a_terminal_what_would_be_lost(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
) -> None:
    run = new_run(tmp_path, state="finished")
    (run.checkpoints / "step-000000100.pt").write_bytes(bytes(3_000_000))
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert cli.main(["delete", run.id, "--runs", str(tmp_path)]) == code
    asked = capsys.readouterr().err
    assert f"delete {run.id}: 3.1 MB, with checkpoints and images?" in asked
    assert run.path.exists() == bool(code)


def test_nothing_is_deleted_where_one_of_several_lives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dead, living = new_run(tmp_path, seed=1, state="finished"), new_run(tmp_path, seed=2, **alive())
    assert cli.main(["delete", dead.id, living.id, "--yes", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, f"{living.id} is running", "latentop stop")
    assert set(folder.every(tmp_path)) == {dead, living}


def test_a_preset_with_several_runs_is_too_vague_to_delete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in (1, 2):
        new_run(tmp_path, seed=seed, state="finished")
    assert cli.main(["delete", "dcgan", "--yes", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "names 2 runs", "more of the name")
    assert len(folder.every(tmp_path)) == 2


@pytest.mark.parametrize("word", ["dcgan-s2", "dcgan"])
def test_a_given_name_that_also_finds_another_run_is_too_vague_to_delete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    named = new_run(tmp_path, preset="ring", state="finished", name=word)
    other = new_run(tmp_path, seed=2, state="finished")  # made after the name was given
    assert cli.main(["delete", word, "--yes", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, f"names 2 runs: {other.id}, {named.id}", "more of the name")
    assert set(folder.every(tmp_path)) == {named, other}
    assert cli.main(["delete", other.id, "--yes", "--runs", str(tmp_path)]) == 0
    assert cli.main(["delete", word, "--yes", "--runs", str(tmp_path)]) == 0
    assert folder.every(tmp_path) == []


def test_a_run_elsewhere_is_renamed_but_never_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = new_run(tmp_path / "elsewhere", state="finished")
    runs = tmp_path / "runs"
    new_run(runs)
    assert cli.main(["rename", str(elsewhere.path), "theirs", "--runs", str(runs)]) == 0
    assert facts(elsewhere).name == "theirs"
    capsys.readouterr()
    assert cli.main(["delete", str(elsewhere.path), "--yes", "--runs", str(runs)]) == 2
    assert_two_lines(capsys.readouterr().err, "nothing is deleted there", "latentop ls")
    assert elsewhere.database.is_file()
