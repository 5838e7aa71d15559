"""train --seeds: runs made at once, told together, stopped together, summed up."""

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from latentop.engine.run import commands, folder
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.tui import cli
from latentop.tui.commands import follow_loop, train_command
from tests.support.real_runs import facts
from tests.support.recorded_runs import alive, assert_two_lines, write

Line = list[tuple[RunFolder, ...]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Line:
    """The runs that were put in line, and nobody to train them."""
    put: Line = []
    monkeypatch.setattr(launch, "queue", lambda runs, _jobs: put.append(tuple(runs)))
    monkeypatch.setattr(launch, "_started", [])
    return put


@pytest.mark.parametrize(
    ("words", "what", "hint"),
    [
        (["--seeds", "0"], "--seeds: '0' is no count; accepted: 1 to 100", "--help"),
        (["--seeds", "many"], "--seeds: 'many' is no count", "--help"),
        (["--seeds", "101"], "--seeds: '101' is no count", "--help"),
        (["--seeds", "2", "--jobs", "-1"], "--jobs", "--help"),
        (["--jobs", "2"], "--jobs: there is but one run", "add --seeds"),
        (["--seeds", "2", "--seed", "4294967295"], "--seeds 2: seed=4294967296: ", "from 0 up to"),
        (["--seeds", "2", "--set", "generator.lr=-1"], "generator.lr=-1", "above 0"),
        (["--every", "0"], "'0' is no number of seconds; accepted: 1 or more", "--help"),
    ],
)
def test_a_wrong_count_is_one_clear_line_and_leaves_no_run(
    tmp_path: Path, lines: Line, capsys: pytest.CaptureFixture[str], words: list[str], what: str, hint: str
) -> None:
    assert cli.main(["train", "dcgan", *words, "--runs", str(tmp_path)]) == 2
    assert_two_lines(capsys.readouterr().err, what, hint)
    assert (folder.every(tmp_path), lines) == ([], [])


def test_all_runs_are_made_at_once_with_seeds_in_a_row(
    tmp_path: Path, lines: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "dcgan", "--seeds", "3", "--seed", "7", "--steps", "30", "--detach"]
    assert cli.main([*words, "--runs", str(tmp_path)]) == 0
    (runs,) = lines
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [run.id for run in runs]
    assert printed.err.startswith("3 runs in line, 1 at a time\n")
    assert [(facts(run).seed, facts(run).state, facts(run).steps) for run in runs] == [
        (seed, "queued", 30) for seed in (7, 8, 9)
    ]
    assert cli.main([*words, "--json", "--runs", str(tmp_path)]) == 0
    made = [json.loads(line)["run"] for line in capsys.readouterr().out.splitlines()]
    assert made == [run.id for run in lines[1]]


def test_what_each_of_two_at_once_computes_with_is_said(
    tmp_path: Path, lines: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    words = ["train", "dcgan", "--seeds", "3", "--jobs", "2", "--detach", "--runs", str(tmp_path)]
    assert cli.main(words) == 0
    assert "2 at a time, each with 3 threads" in capsys.readouterr().err


def test_no_run_is_left_where_the_queue_cannot_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_runs: Sequence[RunFolder], _jobs: int) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(launch, "queue", fail)
    assert cli.main(["train", "dcgan", "--seeds", "2", "--runs", str(tmp_path)]) == 1
    assert "Resource temporarily unavailable" in capsys.readouterr().err
    assert folder.every(tmp_path) == []


def test_each_line_begins_with_its_seed_and_the_worst_exit_code_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(runs: Sequence[RunFolder], _jobs: int) -> None:
        for run, verdict, loss in zip(runs, ("healthy", "collapsed"), (0.5, 0.7), strict=True):
            ended = {"state": "finished", "verdict": verdict, "step": 20_000}
            write(run, facts=ended, values={"loss/generator": loss}, step=20_000)

    monkeypatch.setattr(launch, "queue", train)
    words = ["train", "dcgan", "--seeds", "2", "--seed", "9", "--runs", str(tmp_path)]
    assert cli.main(words) == 4
    printed = capsys.readouterr()
    told = [line[10:] for line in printed.out.splitlines()]
    assert any(line.startswith("s9   ") and "finished at step 20 000" in line for line in told)
    assert any(line.startswith("s10  ") and "COLLAPSED" in line for line in told)
    assert "  loss/generator  0.6 ± 0.14 nats  2 seeds" in printed.out
    assert "ended COLLAPSED" in printed.err
    assert cli.main([*words, "--json"]) == 4
    *events, summary = map(json.loads, capsys.readouterr().out.splitlines())
    ends = [one for one in events if one["event"] == "end"]
    assert [(one["seed"], one["exit_code"]) for one in ends] == [(9, 0), (10, 4)]
    assert summary["event"] == "summary"
    assert [one["verdict"] for one in summary["results"]] == ["healthy", "collapsed"]
    assert summary["measures"][0]["mean"] == pytest.approx(0.6)


def test_control_c_stops_all_with_checkpoints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[RunFolder] = []

    def train(made: Sequence[RunFolder], _jobs: int) -> None:
        runs.extend(made)
        write(runs[0], facts=alive())
        write(runs[1], facts=alive("queued"))

    def between_looks(_: float) -> None:
        asked = [[one.name for one in commands.Inbox(run).new()] for run in runs]
        if any(asked):
            assert asked == [["stop"], ["stop"]]
            write(runs[0], facts={"state": "finished"})  # it came to its last step meanwhile
            write(runs[1], facts={"state": "stopped"})
        else:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(launch, "queue", train)
    monkeypatch.setattr(follow_loop, "sleep", between_looks)
    assert cli.main(["train", "dcgan", "--seeds", "2", "--json", "--runs", str(tmp_path)]) == 130
    printed = capsys.readouterr()
    assert printed.err.count("stopping all with checkpoints") == 1
    *events, summary = map(json.loads, printed.out.splitlines())
    assert [one["exit_code"] for one in events if one["event"] == "end"] == [0, 130]
    assert [one["exit_code"] for one in summary["results"]] == [0, 130]


def test_a_second_control_c_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "queue", lambda runs, _: [write(run, facts=alive()) for run in runs])
    monkeypatch.setattr(follow_loop, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    assert cli.main(["train", "dcgan", "--seeds", "2", "--runs", str(tmp_path)]) == 130
    told = capsys.readouterr().err
    assert "stopping all with checkpoints · Ctrl-C again: don't wait for that" in told
    assert "not waiting: they stop by themselves · see: latentop ls" in told


def test_a_queue_that_cannot_even_begin_is_told_at_once_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "_QUEUE", (sys.executable, "-c", "import sys; sys.exit('no line here')"))
    assert cli.main(["train", "dcgan", "--seeds", "2", "--runs", str(tmp_path)]) == 5
    errors = capsys.readouterr().err
    assert "the queue ended before it began" in errors
    assert "  | no line here" in errors
    assert "try: train it: latentop resume" in errors


def test_on_a_terminal_the_list_of_runs_opens_and_knows_which_were_started(
    tmp_path: Path, lines: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[RunFolder | None, Sequence[RunFolder]]] = []

    def dashboard(_runs: Path, run: RunFolder | None, *, started: Sequence[RunFolder], **_: object) -> int:
        shown.append((run, started))
        return 0

    monkeypatch.setattr(train_command, "can_show_dashboard", lambda: True)
    monkeypatch.setattr("latentop.tui.commands.dashboard.dashboard", dashboard)
    assert cli.main(["train", "ring", "--seeds", "2", "--runs", str(tmp_path)]) == 0
    assert shown == [(None, list(lines[0]))]
