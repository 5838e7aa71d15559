"""What a person does, in a real terminal with a real worker behind it."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from tests.support.dashboard import Recorded
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN, end, facts, train_aside, training, wait_until
from tests.support.terminal import LATENTOP, Terminal
from tests.support.tiers import few

pytestmark = pytest.mark.terminal


HOME = "\x1b[H"
UP, DOWN = "\x1b[A", "\x1b[B"
SIZES = few([(80, 24), (120, 36), (200, 60)], 1)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    """A small DCGAN in training."""
    with training(tmp_path, "dcgan", [*SMALL_GAN, *FEW_IMAGES, "steps=1000000"]) as run:
        wait_until(lambda: facts(run).step > 0)
        train_aside(run)
        yield run


def state(run: RunFolder) -> str:
    return liveness.judge(facts(run), time.time()).name


def losses(screen: str) -> list[str]:
    """The last values of both losses, as the legend shows them."""
    return re.findall(r"(?:generator|discriminat\w*) (-?[\d.e+-]+)", screen)


def test_choose_a_preset_with_the_keyboard_and_watch_it_train(tmp_path: Path) -> None:
    with Terminal("--runs", str(tmp_path)) as terminal:
        terminal.wait_for("what shall be trained?", "DCGAN on Fashion-MNIST")  # the cursor begins at dcgan
        terminal.press(UP)
        terminal.wait_for("DCGAN told which class to draw")
        terminal.press(DOWN)
        terminal.wait_for("DCGAN on Fashion-MNIST")
        terminal.press("\r")
        try:
            terminal.wait_for("training", "generator", "samples")
            (run,) = folder.every(tmp_path)
            wait_until(lambda: facts(run).step > 2)
            terminal.press("d")
            wait_until(lambda: terminal.process.poll() is not None)
            assert terminal.process.returncode == 0
            assert state(run) == "running"
        finally:
            for started in folder.every(tmp_path):
                end(started)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_losses_move_and_samples_change(run: RunFolder, columns: int, rows: int) -> None:
    with Terminal("attach", str(run.path), columns=columns, rows=rows) as terminal:
        terminal.wait_for("training", "generator", "samples · step")
        wait_until(lambda: len(losses(terminal.text)) >= 2)
        first = terminal.text
        wait_until(lambda: losses(terminal.text)[:2] != losses(first)[:2])
        step = re.search(r"samples · step +([\d ]+)", first)
        assert step
        wait_until(lambda: f"samples · step {step[1].strip()} " not in terminal.text)


def test_pause_resume_edit_and_stop_by_key(run: RunFolder) -> None:
    with Terminal("attach", str(run.path)) as terminal:
        terminal.wait_for("training", "generator")
        terminal.press(" ")
        terminal.wait_for("paused")
        wait_until(lambda: state(run) == "paused")
        terminal.press(" ")
        wait_until(lambda: state(run) == "running")
        terminal.wait_for("training")

        terminal.press("e")
        terminal.wait_for("generator.lr")
        terminal.press("0.00005\r")
        wait_until(lambda: facts(run).settings["generator.lr"] == 5e-5)

        terminal.press("s")
        terminal.wait_for("Stop training?")
        terminal.press("s")
        wait_until(lambda: state(run) == "stopped")
        terminal.wait_for("stopped")


def test_a_closed_terminal_stops_the_viewer_and_not_the_training(run: RunFolder) -> None:
    terminal = Terminal("attach", str(run.path))
    with terminal:
        terminal.wait_for("training", "generator")
        terminal.hang_up()
        wait_until(lambda: terminal.process.poll() is not None)
    step = facts(run).step
    wait_until(lambda: facts(run).step > step)

    with Terminal("attach", str(run.path)) as again:
        again.wait_for("training", "generator")
        again.press(" ")
        wait_until(lambda: state(run) == "paused")
        again.wait_for("paused")


def test_a_killed_worker_shows_as_crashed(run: RunFolder) -> None:
    with Terminal("attach", str(run.path)) as terminal:
        terminal.wait_for("training", "generator")
        end(run)
        terminal.wait_for("crashed", "latentop resume")


def test_resizing_while_it_trains(run: RunFolder) -> None:
    with Terminal("attach", str(run.path), columns=120, rows=36) as terminal:
        terminal.wait_for("training", "generator")
        for columns, rows in [(80, 24), (200, 60), (40, 10), (120, 36)]:
            terminal.resize(columns, rows)
        terminal.wait_for("training", "generator", "samples")
        assert terminal.process.poll() is None


def test_the_terminal_is_given_back_as_it_was(run: RunFolder) -> None:
    shell = f"{LATENTOP} attach {run.path}; echo back in the shell; read answer"
    with Terminal(command=["sh", "-c", shell]) as terminal:
        terminal.wait_for("training", "generator")
        assert not terminal.as_before
        terminal.press("d")
        terminal.wait_for("back in the shell")
        assert terminal.as_before
        assert re.match(rb"latentop is opening \.\.\.\r +\r", terminal.sent)  # and nothing of that is left
        for undone in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"):  # screen, cursor, mouse
            assert undone in terminal.sent


def test_attach_without_a_name_opens_the_newest_run_with_all_its_history(tmp_path: Path) -> None:
    for preset, created in (("dcgan", 3.0), ("stacked", 1.0)):
        recorded = Recorded(tmp_path, preset)
        recorded.trains(400, created=created)
        recorded.draws("loss/reconstruction" if preset == "stacked" else "loss/generator", [0.5] * 400)
        recorded.store.close()
    with Terminal("attach", environment={"LATENTOP_RUNS": str(tmp_path)}) as terminal:
        terminal.wait_for("stacked", "─ reconstruction error", "step    400")
        terminal.press(HOME)
        terminal.wait_for("◀◀ step 0 of 400")
