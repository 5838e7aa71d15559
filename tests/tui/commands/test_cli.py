"""The command line as scripts and newcomers meet it: exit codes, and errors in two lines."""

import json
import sqlite3
import time
from pathlib import Path

import pytest

from latentop.engine.run.process import liveness
from latentop.tui import cli
from latentop.tui.commands import follow_loop
from tests.support.recorded_runs import COLLAPSED, alive, assert_two_lines, latentop, new_run, write


@pytest.mark.parametrize(
    ("words", "what", "hint"),
    [
        (["trian"], "no command 'trian'", "latentop train"),
        ([], "no command given", "--help"),
        (["train"], "PRESET", "latentop train --help"),
        (["train", "dcgann"], "no preset named 'dcgann'", "dcgan"),
        (["train", "dcgan", "--set", "generator.lr=-1"], "--set generator.lr=-1", "above 0"),
        (
            ["train", "dcgan", "--set", "generator.lrr=1"],
            "generator.lrr: no such setting",
            "did you mean generator.lr?",
        ),
        (["train", "dcgan", "--steps", "-3"], "--steps -3: steps: -3 is not accepted", "from 1"),
        (["train", "dcgan", "--seed", "x"], "--seed x: seed: 'x' is not accepted", "a whole number"),
        (
            ["train", "dcgan", "--detached"],
            "train: unrecognized arguments: --detached",
            "latentop train --help",
        ),
        (
            ["diagnose", "train.log", "--samples", "out/*.png"],
            "diagnose: unrecognized arguments: --samples out/*.png",
            "--samples is of: latentop watch, latentop import",
        ),
        (["diagnose", "train.log", "--real=photos"], "--real=photos", "--real is of: latentop watch"),
        (["show", "nothing"], "no runs in", "latentop train"),
        (["stop"], "stop: ", "latentop stop --help"),
        (["set", "generator.lr=1e-4"], "no runs in", "latentop train"),
    ],
)
def test_a_mistake_is_told_in_two_lines_and_exits_2(
    tmp_path: Path, words: list[str], what: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*words, "--runs", str(tmp_path)] if words else []) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert_two_lines(printed.err, what, hint)


@pytest.mark.parametrize("command", cli.parser().commands)
def test_what_a_command_does_not_know_is_told_with_the_help_of_that_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, *["a"] * 99, "--nonsense"]) == 2
    assert_two_lines(capsys.readouterr().err, f"{command}: ", f"latentop {command} --help")


def test_a_broken_preset_file_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('kind = "gan"\nsteps = = 3\n')
    done = latentop(tmp_path, "train", str(broken))
    assert done.returncode == 2
    assert_two_lines(done.stderr, "line 2", "mend")
    assert str(broken) in done.stderr


def test_a_runs_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the folder's place")
    done = latentop(tmp_path / "file", "train", "dcgan", "--detach")
    assert done.returncode == 2
    assert_two_lines(done.stderr, "can't be written", "--runs")


def test_a_database_that_is_none_and_one_of_a_newer_schema(tmp_path: Path) -> None:
    broken, newer = new_run(tmp_path), new_run(tmp_path, seed=7)
    broken.database.write_bytes(b"no database at all" * 100)
    connection = sqlite3.connect(newer.database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for run, what, hint in ((broken, "is no database", "restore"), (newer, "newer latentop", "upgrade")):
        done = latentop(tmp_path, "show", run.id)
        assert done.returncode == 1
        assert_two_lines(done.stderr, what, hint)
    healthy = new_run(tmp_path, seed=8, state="finished")
    head, *lines = latentop(tmp_path, "ls").stdout.splitlines()
    assert head.index("LAST HEARD") < 80
    (line,) = [line for line in lines if broken.id in line]
    assert line[head.index("LAST HEARD") :] == "run.db is no database, or a damaged one"
    listed = {one["run"]: one["state"] for one in json.loads(latentop(tmp_path, "ls", "--json").stdout)}
    assert listed == {broken.id: "unreadable", newer.id: "unreadable", healthy.id: "finished"}


def test_an_unknown_and_an_ambiguous_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = new_run(tmp_path, seed=1, **alive()), new_run(tmp_path, seed=2, **alive())
    assert cli.main(["show", "vae", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "no run named 'vae'", "latentop ls")
    assert cli.main(["stop", "dcgan", "--runs", str(tmp_path)]) == 2
    errors = capsys.readouterr().err
    assert_two_lines(errors, "names 2 runs", "more of the name")
    assert first.id in errors
    assert second.id in errors


def test_an_error_nobody_foresaw_is_two_lines_and_a_traceback_only_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path)
    monkeypatch.setattr("latentop.engine.run.store.reader.Reader.poll", lambda _: 1 / 0)
    assert cli.main(["show", run.id, "--runs", str(tmp_path)]) == 1
    assert_two_lines(capsys.readouterr().err, "unexpected", "--debug")
    assert cli.main(["show", run.id, "--debug", "--runs", str(tmp_path)]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("facts", "code", "what"),
    [
        ({"state": "finished", "verdict": "healthy"}, 0, ""),
        (
            {"state": "stopped", "verdict": "collapsed"},
            4,
            "ended COLLAPSED since step 200: samples reach 31 %",
        ),
        ({"state": "failed", "error": "no memory", "hint": "a smaller batch"}, 1, "no memory"),
        ({"state": "finished", "verdict": "diverged"}, 3, "ended DIVERGED"),
        ({"state": "finished", "verdict": "exploding"}, 3, "ended EXPLODING"),
        (
            {"state": "finished", "verdict": "collapsed"},
            4,
            "ended COLLAPSED since step 200: samples reach 31 %",
        ),
        ({"state": "running", "pid": 2**22 + 1, "process_started": 1.0}, 5, "crashed at step 300"),
        ({"state": "running", "host": "elsewhere", "heartbeat": 1.0}, 5, "no word from elsewhere"),
        (
            {**liveness.identity().values, "state": "paused", "detail": "no space left for run.db"},
            1,
            "nothing is lost",
        ),
    ],
)
def test_following_a_run_that_ended(tmp_path: Path, facts: dict[str, object], code: int, what: str) -> None:
    run = new_run(tmp_path)
    write(run, COLLAPSED, facts={"heartbeat": time.time(), **facts})
    run.log.write_text("the worker's last words\n")
    plain, in_json = latentop(tmp_path, "follow"), latentop(tmp_path, "follow", "--json")
    assert plain.returncode == in_json.returncode == code
    final = json.loads(in_json.stdout.splitlines()[-1])
    assert final["run"] == run.id
    assert final["exit_code"] == code
    assert final["step"] == 300
    assert final["values"] == {"loss/generator": 0.83, "diversity/coverage": 0.87}
    assert final["alarms"][0]["name"] == "collapsed"
    assert "loss/generator 0.83 nats" in plain.stdout.splitlines()[-1]
    assert what in plain.stderr
    assert ("the worker's last words" in plain.stderr) == (code == 5)
    assert "Traceback" not in plain.stderr


def test_a_full_disk_that_the_worker_cannot_even_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **{**alive(), "heartbeat": time.time() - 60})

    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(follow_loop, "TemporaryFile", full)
    assert cli.main(["follow", run.id, "--runs", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "no word from the worker" in printed.out
    assert_two_lines(printed.err, "no space left", "free some space")


def test_version_and_help_exit_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("latentop ")
    assert cli.main(["train", "--help"]) == 0
    assert "--detach" in capsys.readouterr().out
