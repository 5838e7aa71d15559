"""train and follow without a terminal, and what Ctrl-C means to each."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from latentop.engine.run import commands
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, worker_log
from latentop.presets import catalogue
from latentop.tui import cli
from latentop.tui.commands import follow_loop
from tests.support.recorded_runs import DCGAN, alive, assert_two_lines, new_run, write


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
    monkeypatch.setattr(follow_loop, "sleep", between_looks)
    assert cli.main(["train", "dcgan", "--json", "--runs", str(tmp_path)]) == 130
    printed = capsys.readouterr()
    assert "stopping it with a checkpoint" in printed.err
    final = json.loads(printed.out.splitlines()[-1])
    assert (final["state"], final["step"], final["exit_code"]) == ("stopped", 12, 130)


def test_a_second_control_c_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[RunFolder] = []

    def start(run: RunFolder) -> None:
        started.append(run)
        write(run, facts=alive())

    monkeypatch.setattr(launch, "start", start)
    monkeypatch.setattr(follow_loop, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    assert cli.main(["train", "dcgan", "--runs", str(tmp_path)]) == 130
    told = capsys.readouterr().err.splitlines()
    assert "stopping it with a checkpoint · Ctrl-C again: don't wait for that" in told
    end = f"or end it: latentop stop {started[0].path} --now"
    assert told[-1] == f"not waiting: it stops by itself after the step it is in · {end}"


def test_control_c_while_following_asks_nothing_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **alive())
    monkeypatch.setattr(follow_loop, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    assert cli.main(["follow", "--runs", str(tmp_path)]) == 130
    assert "left it training" in capsys.readouterr().err
    assert commands.Inbox(run).new() == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", ["dumb", "unknown"])
def test_a_terminal_that_can_only_print_gets_plain_lines(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", name)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts={"state": "finished", "step": 30}))
    runs = ["--runs", str(tmp_path)]
    assert cli.main(["train", "dcgan", "--steps", "30", *runs]) == 0
    first, second = (new_run(tmp_path, seed=seed) for seed in (1, 2))
    assert cli.main(["compare", first.id, second.id, *runs]) == 0
    printed = capsys.readouterr()
    assert "finished at step 30 of 30" in printed.out
    assert "\x1b" not in printed.out + printed.err
    for words, instead in (([], "latentop train"), (["attach", first.id], "latentop follow")):
        assert cli.main([*words, *runs]) == 2
        why = f"no dashboard can be shown: TERM={name} is a terminal that can only print lines"
        assert_two_lines(capsys.readouterr().err, why, instead)


@pytest.mark.parametrize("words", [["--detach"], ["--seeds", "2", "--detach"], []])
def test_a_device_that_is_not_here_is_refused_before_there_is_a_run(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "ring", "--set", "device=cuda", *words, "--runs", str(tmp_path)]
    assert cli.main(command) == 2
    assert_two_lines(
        capsys.readouterr().err, "device = cuda, and torch sees no CUDA device here", "device=auto"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "pretrain"),
    [
        (["--steps", "50"], 43),
        (["--set", "steps=2"], 1),
        (["--steps", "6000"], 5217),
        (["--steps", "6001"], 6000),
        (["--steps", "50", "--set", "pretrain=10"], 10),
    ],
)
def test_in_fewer_steps_pretraining_has_its_share_of_them(
    words: list[str],
    pretrain: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", started.append)
    assert cli.main(["train", "pretrain-classifier", *words, "--detach", "--runs", str(tmp_path)]) == 0
    settings = catalogue.flatten(catalogue.parse(started[0].preset.read_text(), "preset.toml"))
    assert settings["pretrain"] == pretrain
    told = f"pretrain is {pretrain}, for there are" in capsys.readouterr().err
    assert told == (pretrain not in (10, 6000))


def test_one_step_cannot_be_shared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "pretrain-classifier", "--steps", "1", "--runs", str(tmp_path)]) == 2
    assert "pretrain = 6000 leaves the classifiers none of steps = 1" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--detach"], ["--seeds", "2", "--detach"], []])
def test_a_batch_of_more_than_there_is_is_refused_before_there_is_a_run(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "dcgan", "--set", "batch=20000", *words, "--runs", str(tmp_path)]
    assert cli.main(command) == 2
    assert_two_lines(capsys.readouterr().err, "batch = 20000 can't be drawn from 10 000", "1 to 10000")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seeds", [[], ["--seeds", "2"]])
def test_a_preset_file_of_too_long_a_name_for_a_run_is_blamed_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seeds: list[str]
) -> None:
    """The file can be there: a run's name has a day, a time and a seed, too."""
    name = "a" * (os.pathconf(tmp_path, "PC_NAME_MAX") - len(".toml"))
    (tmp_path / f"{name}.toml").write_text(DCGAN)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", f"./{name}.toml", *seeds, "--runs", "runs"]) == 2
    said = capsys.readouterr().err
    assert_two_lines(said, "the name of the preset file is too long: aaa", "rename it: at most ")
    assert not any(Path("runs").iterdir())
    most = int(said.partition("rename it: at most ")[2].partition(" bytes")[0])
    monkeypatch.setattr(launch, "start", lambda run: write(run, facts={"state": "finished"}))
    (tmp_path / f"{name[:most]}.toml").write_text(DCGAN)
    assert cli.main(["train", f"./{name[:most]}.toml", "--runs", "runs"]) == 0


def test_a_preset_file_that_no_folder_can_hold_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", f"./{'a' * 300}.toml", "--runs", str(tmp_path)]) == 2
    assert_two_lines(
        capsys.readouterr().err, "File name too long: aaa", "name a file that ends in .toml or .py"
    )
    assert not any(tmp_path.iterdir())


def test_attach_needs_a_terminal_and_names_what_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path)
    assert cli.main(["attach", "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, "is no terminal", f"latentop follow {run.path}")


def test_a_worker_that_cannot_even_begin_is_told_at_once_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "_WORKER", (sys.executable, "-c", "import sys; sys.exit('no torch here')"))
    assert cli.main(["train", "dcgan", "--runs", str(tmp_path)]) == 5
    errors = capsys.readouterr().err
    assert "the worker ended before it began" in errors
    assert "  | no torch here" in errors


def test_the_line_that_a_worker_died_at_is_told_before_all_that_it_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, **{**alive(), "pid": 2**22 + 1})
    dump = ["Fatal Python error: Segmentation fault", "", 'File "mygan.py", line 31', *["more"] * 20]
    run.log.write_text("\n".join(["printed before", *dump]))
    assert cli.main(["follow", "--runs", str(tmp_path)]) == 5
    told = capsys.readouterr().err
    assert '  | Fatal Python error: Segmentation fault\n  | File "mygan.py", line 31\n' in told
    run.log.write_text("\n".join([*dump, f"INFO {worker_log.BEGINS}: process 7", "the next one's words"]))
    assert cli.main(["follow", "--runs", str(tmp_path)]) == 5
    told = capsys.readouterr().err
    assert "  | the next one's words\n" in told
    assert "Fatal" not in told
