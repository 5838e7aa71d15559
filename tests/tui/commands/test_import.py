"""``latentop import``: somebody's log kept as a run, with the real command."""

import json
import re
import subprocess
from pathlib import Path

import psutil
import pytest

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from tests.support.log_shapes import SHAPES
from tests.support.real_runs import facts
from tests.support.recorded_runs import assert_two_lines, latentop


def imported(runs: Path, *words: str | Path) -> RunFolder:
    done = latentop(runs, "import", *map(str, words))
    assert done.returncode == 0, done.stderr
    (name,) = done.stdout.split()
    return RunFolder(runs / name)


def csv(path: Path, rows: int, *, nan_from: int | None = None) -> Path:
    lines = [
        f"{step},1.{step % 7},{'nan' if nan_from and step >= nan_from else 1.2}"
        for step in range(1, rows + 1)
    ]
    path.write_text("\n".join(["step,G_loss,D_loss", *lines]) + "\n")
    return path


def test_the_log_is_a_run_that_has_ended_and_no_process_is_left(tmp_path: Path) -> None:
    log = csv(tmp_path / "metrics.csv", 300)
    run = imported(tmp_path / "runs", log)
    told = facts(run)
    assert (told.state, told.step, told.watches, told.kind) == ("finished", 300, str(log), "gan")
    assert run.id.endswith("-metrics"), "nobody knows its seed"
    assert told.pid is not None
    assert not psutil.pid_exists(told.pid)
    listed = latentop(tmp_path / "runs", "ls").stdout.splitlines()
    assert "imported" in listed[1]
    assert "unknown" in listed[1]


@pytest.mark.parametrize(
    "words",
    [
        ["show", "RUN"],
        pytest.param(["alarms", "RUN"], marks=pytest.mark.slow),
        pytest.param(["compare", "RUN", "RUN"], marks=pytest.mark.slow),
        ["diagnose", "RUN"],
        ["follow", "RUN"],
    ],
    ids=lambda words: words[0],
)
def test_it_is_a_run_for_every_command(tmp_path: Path, words: list[str]) -> None:
    run = imported(tmp_path / "runs", csv(tmp_path / "metrics.csv", 120))
    again = imported(tmp_path / "runs", csv(tmp_path / "metrics.csv", 130))
    names = iter((run.id, again.id))
    done = latentop(tmp_path / "runs", *(next(names) if word == "RUN" else word for word in words))
    assert done.returncode == 0, done.stderr
    assert "train" not in re.sub("training time|trained for", "", done.stdout)


def test_what_it_can_not_be_asked_is_told_in_a_line(tmp_path: Path) -> None:
    run = imported(tmp_path / "runs", csv(tmp_path / "metrics.csv", 120))
    resumed = latentop(tmp_path / "runs", "resume", run.id, "--yes")
    assert resumed.returncode == 2
    assert "was imported, once and for all" in resumed.stderr
    assert f"latentop watch {tmp_path / 'metrics.csv'}" in resumed.stderr
    assert "is finished" in latentop(tmp_path / "runs", "stop", run.id).stderr


@pytest.mark.parametrize("command", ["watch", "import"])
@pytest.mark.parametrize("name", ["train.py", "train"])
def test_a_program_is_no_log_and_leaves_no_run(tmp_path: Path, command: str, name: str) -> None:
    program = tmp_path / name
    program.write_text("#!/usr/bin/env python\nprint('step: 100 loss: 0.5')\n")
    done = latentop(tmp_path / "runs", command, str(program), *(["--detach"] if command == "watch" else []))
    assert done.returncode == 2
    assert_two_lines(done.stderr, f"{program} is a program, no log", "train.log")
    assert folder.every(tmp_path / "runs") == []


def test_alarms_are_raised_as_in_a_log_that_is_watched(tmp_path: Path) -> None:
    run = imported(tmp_path / "runs", csv(tmp_path / "metrics.csv", 300, nan_from=200))
    assert facts(run).verdict == "diverged"


def test_several_trainings_become_several_runs_and_json_tells_each(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / "logs" / name).mkdir(parents=True)
        csv(tmp_path / "logs" / name / "metrics.csv", 50)
    done = latentop(tmp_path / "runs", "import", str(tmp_path / "logs"), "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(folder.every(tmp_path / "runs")) == len(told) == 2
    assert [(one["state"], one["step"]) for one in told] == [("finished", 50)] * 2


def test_a_log_that_goes_on_where_another_ends_is_read_with_it(tmp_path: Path) -> None:
    lines = csv(tmp_path / "whole.csv", 300).read_text().splitlines(keepends=True)
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.csv").write_text("".join(lines[:151]))
    (logs / "b.csv").write_text("".join([lines[0], *lines[151:]]))
    done = latentop(tmp_path / "runs", "import", str(logs))
    assert "b.csv goes on where a.csv ends: one training" in done.stderr
    (name,) = done.stdout.split()
    assert facts(RunFolder(tmp_path / "runs" / name)).step == 300


def test_columns_and_sheets_are_taken_as_by_watch(tmp_path: Path) -> None:
    import torch
    from torchvision.utils import save_image

    log = tmp_path / "log.csv"
    log.write_text("n,a,b\n" + "".join(f"{10 * row},1.5,1.2\n" for row in range(1, 30)))
    for number in (1, 2):
        save_image(torch.rand(16, 1, 8, 8), tmp_path / f"fake_{number}.png")
    columns = "generator=a,discriminator=b,step=n"
    run = imported(tmp_path / "runs", log, "--columns", columns, "--samples", tmp_path / "fake_*.png")
    shown = json.loads(latentop(tmp_path / "runs", "show", run.id, "--json").stdout)
    assert {"loss/generator", "loss/discriminator", "sheet/variety"} <= shown["values"].keys()
    assert facts(run).step == 290


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv"], "does not exist"),
        (["empty.log"], "is empty"),
        (["picture.csv"], "is no log: it is a picture"),
        (["good.csv", "--columns", "generator=nothing"], "nothing"),
        (["good.csv", "--grid", "8"], "no ROWSxCOLUMNS"),
        (["good.csv", "--real", "nowhere"], "there is no folder"),
        (["good.csv", "good.csv", "--samples", "*.png"], "there are several logs"),
    ],
    ids=lambda words: "-".join(words) if isinstance(words, list) else "",
)
def test_what_can_not_be_is_told_in_a_line_and_leaves_no_run(
    tmp_path: Path, words: list[str], said: str
) -> None:
    csv(tmp_path / "good.csv", 20)
    (tmp_path / "empty.log").touch()
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    given = [str(tmp_path / word) if word.endswith((".csv", ".log")) else word for word in words]
    done = latentop(tmp_path / "runs", "import", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert not folder.every(tmp_path / "runs")


def test_one_of_several_that_can_not_be_read_does_not_keep_the_others(tmp_path: Path) -> None:
    good, other = csv(tmp_path / "good.csv", 20), tmp_path / "other.csv"
    other.write_text("step,a,b\n" + "".join(f"{step},1.5,1.2\n" for step in range(1, 30)))
    done = latentop(tmp_path / "runs", "import", str(good), str(other), "--columns", "generator=a")
    assert done.returncode == 2
    (run,) = folder.every(tmp_path / "runs")
    assert facts(run).watches == str(other)


@pytest.mark.parametrize("name", ["stylegan", "chainer", "tensorboard"])
def test_other_formats_are_kept_too(tmp_path: Path, name: str) -> None:
    shape = SHAPES[name]
    (tmp_path / "log").mkdir()
    run = imported(tmp_path / "runs", shape.write(tmp_path / "log"))
    assert facts(run).step == int(shape.steps[-1])


def test_ended_by_control_c_it_leaves_no_run(tmp_path: Path) -> None:
    """In a process of its own, which a signal reaches while it waits for the reader."""
    import os
    import signal
    import sys

    from tests.support.real_runs import wait_until

    log = csv(tmp_path / "good.csv", 20)
    stopped = tmp_path / "python"
    stopped.write_text("#!/bin/sh\nexec sleep 1000\n")
    code = (
        "import sys; from latentop.tui.commands import foreign_logs; "
        f"foreign_logs._FOLLOWER = ({str(stopped)!r},); "
        "from latentop.tui.cli import main; sys.exit(main())"
    )
    stopped.chmod(0o700)
    words = [sys.executable, "-c", code, "--runs", str(tmp_path / "runs"), "import", str(log)]
    process = subprocess.Popen(words, start_new_session=True)
    wait_until(lambda: (tmp_path / "runs").is_dir() and folder.every(tmp_path / "runs"))
    wait_until(lambda: psutil.Process(process.pid).children())
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == 130
    assert not folder.every(tmp_path / "runs")


def test_an_alarm_is_told_since_when_and_a_warning_by_its_name(tmp_path: Path) -> None:
    done = latentop(tmp_path / "runs", "import", str(csv(tmp_path / "bad.csv", 300, nan_from=200)))
    assert "DIVERGED since step 200 · read to step 300" in done.stderr
    constant = tmp_path / "still.csv"
    constant.write_text(
        "step,G_loss,D_loss\n" + "".join(f"{step},0.69315,1.38629\n" for step in range(1, 61))
    )
    done = latentop(tmp_path / "runs", "import", str(constant))
    assert "warning since step 1: stalled · read to step 60" in done.stderr
    told = latentop(tmp_path / "runs", "diagnose", str(constant)).stdout
    assert "verdict: warning: stalled, from step 1 to its end" in told


def test_what_has_no_loss_is_kept_with_what_it_has_and_how_to_choose(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("step,first,second\n" + "".join(f"{step},1.5,1.2\n" for step in range(1, 30)))
    done = latentop(tmp_path / "runs", "import", str(other))
    assert done.returncode == 0
    assert "no loss was found; its columns are: first, second" in done.stderr
    assert "--columns generator=COLUMN,discriminator=COLUMN" in done.stderr
    assert "no loss" not in latentop(tmp_path / "runs", "import", str(csv(tmp_path / "good.csv", 30))).stderr


def test_diagnosed_it_is_no_training_of_ours(tmp_path: Path) -> None:
    run = imported(tmp_path / "runs", csv(tmp_path / "metrics.csv", 300, nan_from=200))
    told = latentop(tmp_path / "runs", "diagnose", run.id).stdout
    assert told.splitlines()[0] == f"{run.id} · a log that was kept as a run"
    assert told.count("CRITICAL") == 1
