"""train and follow without a terminal, and what Ctrl-C means to each."""

import json
import signal
import sys
from pathlib import Path

import pytest

from engine.run import commands, launch
from engine.run.folder import RunFolder
from presets import catalogue
from tests.recorded import alive, assert_two_lines, new_run, write
from tui import cli
from tui.commands import following


def test_train_makes_a_run_of_the_preset_and_its_overrides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", started.append)
    words = ["train", "dcgan", "--set", "generator.lr=1e-3", "--seed", "7", "--steps", "30", "--detach"]
    assert cli.main([*words, "--runs", str(tmp_path)]) == 0
    (run,) = started
    assert capsys.readouterr().out == f"{run.id}\n"
    settings = catalogue.flatten(catalogue.parse(run.preset.read_text(), "preset.toml"))
    assert (settings["generator.lr"], settings["seed"], settings["steps"]) == (1e-3, 7, 30)
    assert cli.main([*words, "--json", "--runs", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["run"] == started[1].id


def test_train_without_a_terminal_tells_the_run_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts={"state": "finished", "step": 20_000}))
    assert cli.main(["train", "dcgan", "--json", "--runs", str(tmp_path)]) == 0
    *_, final = map(json.loads, capsys.readouterr().out.splitlines())
    assert (final["state"], final["step"], final["exit_code"]) == ("finished", 20_000, 0)


def test_control_c_stops_training_with_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between two looks: first the person presses Ctrl-C, then the worker does as it was asked."""
    started: list[RunFolder] = []

    def start(run: RunFolder) -> None:
        started.append(run)
        write(run, facts=alive())

    def between_looks(_: float) -> None:
        asked = commands.Inbox(started[0]).new()
        if asked:
            assert [one.name for one in asked] == ["stop"]
            write(started[0], facts={"state": "stopped", "step": 12})
        else:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(launch, "start", start)
    monkeypatch.setattr(following, "sleep", between_looks)
    assert cli.main(["train", "dcgan", "--json", "--runs", str(tmp_path)]) == 130
    printed = capsys.readouterr()
    assert "stopping it with a checkpoint" in printed.err
    final = json.loads(printed.out.splitlines()[-1])
    assert (final["state"], final["step"], final["exit_code"]) == ("stopped", 12, 130)


def test_a_second_control_c_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts=alive()))
    monkeypatch.setattr(following, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    assert cli.main(["train", "dcgan", "--runs", str(tmp_path)]) == 130
    assert "not waiting" in capsys.readouterr().err


def test_control_c_while_following_asks_nothing_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    monkeypatch.setattr(following, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    assert cli.main(["follow", "--runs", str(tmp_path)]) == 130
    assert "left it training" in capsys.readouterr().err
    assert commands.Inbox(run).new() == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_attach_needs_a_terminal_and_names_what_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path)
    assert cli.main(["attach", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "needs a terminal", f"latentop follow {run.path}")


def test_a_worker_that_cannot_even_begin_is_told_at_once_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "_WORKER", (sys.executable, "-c", "import sys; sys.exit('no torch here')"))
    assert cli.main(["train", "dcgan", "--runs", str(tmp_path)]) == 5
    errors = capsys.readouterr().err
    assert "the worker ended before it began" in errors
    assert "  | no torch here" in errors
