"""Terminals, pipes and viewers that die: what reads them ends, what trains does not notice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import facts, wait_until
from tests.support.terminal import LATENTOP, Terminal

pytestmark = pytest.mark.terminal


def trains_on(run: RunFolder) -> None:
    step = facts(run).step
    wait_until(lambda: facts(run).step > step)


@pytest.mark.parametrize("stuck", [False, True], ids=["in mid-draw", "with a full buffer"])
@pytest.mark.parametrize("end", [pytest.param("SIGHUP", marks=pytest.mark.slow), "SIGTERM", "closed"])
def test_the_dashboard_ends_with_its_terminal(run: RunFolder, end: str, stuck: bool) -> None:
    with Terminal("attach", str(run.path)) as terminal:
        terminal.wait_for("● training", "─ losses")
        if stuck:
            terminal.freeze()
        for key in "?\x1b" * 10:
            terminal.press(key)
        if end == "closed":
            terminal.hang_up()
        else:
            terminal.process.send_signal(getattr(signal, end))
        wait_until(lambda: terminal.process.poll() is not None)
        assert terminal.process.returncode == 0
    trains_on(run)


SCRIPT = """
import time, latentop
from torch import nn
with latentop.init("far", networks={"generator": nn.Linear(2, 2)}) as run:
    while True:
        run.log({"loss": 1.0})
        print("step", run.step, flush=True)
        time.sleep(0.01)
"""


def test_a_script_whose_terminal_is_closed_keeps_what_it_has_trained(tmp_path: Path) -> None:
    (tmp_path / "far.py").write_text(SCRIPT)
    command = (sys.executable, tmp_path / "far.py")
    with Terminal(command=command, environment={"LATENTOP_RUNS": str(tmp_path / "runs")}) as terminal:
        terminal.wait_for("step 3")
        terminal.hang_up()
        wait_until(lambda: terminal.process.poll() is not None)
    (run,) = folder.every(tmp_path / "runs")
    said = facts(run)
    assert (said.state, said.detail) == ("stopped", "by SIGHUP, as when its terminal is closed"), said.error
    assert f"{said.step:08}" in max(run.checkpoints.glob("*.pt")).name


def test_a_killed_viewer_leaves_a_run_that_others_command(run: RunFolder) -> None:
    with Terminal("attach", str(run.path)) as killed, Terminal("attach", str(run.path)) as other:
        for press, shown in ((killed, "● paused"), (other, "● training")):
            for viewer in (killed, other):
                viewer.wait_for("●", "─ losses")
            press.press(" ")
            for viewer in (killed, other):
                viewer.wait_for(shown)
        killed.process.kill()
        killed.process.wait()
        other.press(" ")
        other.wait_for("● paused")
        other.press(" ")
        other.wait_for("● training")
    trains_on(run)


@pytest.mark.parametrize("words", [("ls",), ("show", "."), ("presets",), ("follow", ".", "--every", "1")])
def test_a_reader_that_leaves_ends_it_without_a_word(run: RunFolder, words: tuple[str, ...]) -> None:
    command = [LATENTOP, words[0], *(str(run.path) if word == "." else word for word in words[1:])]
    command += ["--runs", str(run.path.parent)]
    reading, writing = os.pipe()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    os.close(reading)
    _, told = process.communicate(timeout=90)
    assert process.returncode == 128 + signal.SIGPIPE
    assert told == b""
    trains_on(run)


def test_a_read_only_copy_is_shown(run: RunFolder, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / run.path.name
    copy.parent.mkdir()
    subprocess.run(["cp", "-r", str(run.path), str(copy)], check=True)
    for path in (*copy.rglob("*"), copy):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with Terminal("attach", str(copy)) as terminal:
            terminal.wait_for("─ losses", "dcgan", "step")
            assert terminal.process.poll() is None
    finally:
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755)
