"""What must not break it: any size, keys in haste, series that are hardly any, texts that are codes."""

import os
import random
import signal
from pathlib import Path

import pytest

from latentop.engine.run.folder import RunFolder
from tests.support.dashboard import Recorded
from tests.support.real_runs import facts, wait_until
from tests.support.terminal import LATENTOP, Terminal
from tests.support.tiers import few
from tests.tui.screens.test_injection import EVIL, evil_run

pytestmark = pytest.mark.terminal


LEFT, RIGHT, HOME, END, ESCAPE = "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F", "\x1b"


def is_well(terminal: Terminal, words: str = "keys on a run") -> None:
    """It lives, it answers, and it has not complained."""
    terminal.press("?")
    terminal.wait_for(words)
    terminal.press(ESCAPE)
    wait_until(lambda: words not in terminal.text)
    assert terminal.process.poll() is None
    assert b"Traceback" not in terminal.sent


@pytest.mark.slow
def test_no_size_is_too_much_while_one_looks_back(run: RunFolder) -> None:
    chance = random.Random(7)
    with Terminal("attach", str(run.path)) as terminal:
        terminal.wait_for("● training", "─ losses", "% of real data")
        sizes = [(1, 1), (300, 90), (1, 90), (300, 1)]
        sizes += [(chance.randint(1, 300), chance.randint(1, 90)) for _ in range(46)]
        for place, (columns, rows) in enumerate(sizes):
            terminal.resize(columns, rows)
            if place % 2:
                terminal.press(chance.choice([LEFT, "\x1b[1;2D", HOME, "+", "-", "0", END, RIGHT, "\t", "y"]))
        terminal.resize(119, 35)
        terminal.resize(120, 36)
        terminal.press(END)
        shown = terminal.wait_for("● training", "─ losses", "% of real data", "─ samples ·", "? help")
        rows = shown.splitlines()
        assert "● training" in rows[0]
        assert "q quit" in rows[-1]
        is_well(terminal)


MEASURES_SLOWLY = """
import fcntl, shutil, struct, termios, time
measure = shutil.get_terminal_size

def measure_slowly(*fallback):
    size = measure(*fallback)
    if size.columns == 100:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 90, 0, 0))
        time.sleep(0.1)
    return size

shutil.get_terminal_size = measure_slowly
from latentop.tui.cli import main
main()
"""
"""While the size of 100 columns is measured, the window is made smaller still, as a hand that drags does."""


def test_the_newest_size_counts_where_one_comes_while_another_is_measured(run: RunFolder) -> None:
    python = LATENTOP.with_name("python")
    with Terminal("attach", str(run.path), command=(python, "-c", MEASURES_SLOWLY)) as terminal:
        terminal.wait_for("● training", "─ losses", "? help")
        terminal.resize(100, 30)
        wait_until(lambda: terminal.size == (90, 20))
        terminal.resize(90, 20)
        wait_until(lambda: "? help" in terminal.text.splitlines()[-1])


@pytest.mark.slow
def test_keys_in_haste_while_points_arrive(run: RunFolder) -> None:
    with Terminal("attach", str(run.path)) as terminal:
        terminal.press(LEFT + HOME + "[]+-0" + RIGHT)  # before there is anything to see
        terminal.wait_for("● training", "─ losses")
        terminal.press((LEFT * 5 + "++" + RIGHT * 3 + HOME + "+++-" + END + "0" + "[]") * 10)
        is_well(terminal)
        terminal.press(END + "0")
        wait_until(lambda: "◀◀" not in terminal.text)
        step = facts(run).step
        wait_until(lambda: facts(run).step > step)
        terminal.press(LEFT)
        terminal.wait_for("◀◀ step")
        terminal.press(END)
        wait_until(lambda: "◀◀" not in terminal.text)


def test_keys_that_arrive_together_are_taken_one_by_one(run: RunFolder) -> None:
    with Terminal("attach", str(run.path)) as terminal:
        terminal.wait_for("● training", "─ losses")
        terminal.press(f"?{ESCAPE}{ESCAPE}d")  # help, out of it, to the presets; on a run d would leave
        terminal.wait_for("enter train")
        terminal.press(f"?{ESCAPE}/gan{ESCAPE}/dc")
        terminal.wait_for("find dc", "conditional-dcgan")
        terminal.press(ESCAPE)
        wait_until(lambda: "find dc" not in terminal.text)
        is_well(terminal, "keys among the presets")


@pytest.mark.parametrize("way", few(["q", "an error", "ctrl+c", "SIGTERM"], 2))
def test_the_terminal_is_given_back_on_every_way_out(run: RunFolder, way: str) -> None:
    program = LATENTOP
    if way == "an error":
        fails = "import latentop.tui.screens.run as s; s.RunScreen.action_numbers = lambda screen: 1 / 0; "
        program = f'{LATENTOP.with_name("python")} -c "{fails}from latentop.tui.cli import main; main()"'
    shell = f"{program} attach {run.path}; echo back in the shell; read answer"
    with Terminal(command=["sh", "-c", shell]) as terminal:
        terminal.wait_for("● training", "─ losses")
        if way == "SIGTERM":
            (child,) = children(terminal.process.pid)
            os.kill(child, signal.SIGTERM)
        elif way == "an error":
            terminal.press("n")
        else:
            terminal.press("q" if way == "q" else "\x03")
            terminal.wait_for("What shall become of it?")
            terminal.press("d")
        terminal.wait_for("back in the shell")
        assert terminal.as_before
        for undone in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"):  # screen, cursor, mouse
            assert undone in terminal.sent


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_series_that_are_hardly_any(tmp_path: Path) -> None:
    odd = {
        "loss/generator": [float("nan")] * 30,
        "loss/discriminator": [1e30, -1e30, float("inf"), 1e-300] * 8,
        "score/real": [0.5] * 30,
        "score/fake": [0.5],
        "grad/generator": [0.0] * 30,
    }
    recorded = Recorded(tmp_path / "runs")
    recorded.trains(0)
    with Terminal("attach", str(recorded.run.path)) as terminal:
        terminal.wait_for("first numbers are on their way")
        terminal.press(LEFT + HOME + "+-0[]yg/n" + ESCAPE)
        terminal.wait_for("first numbers are on their way")
        for name, values in odd.items():
            recorded.draws(name, values)
        recorded.trains(30)
        terminal.wait_for("─ losses", "nan")
        for keys in (LEFT * 4, "y", "+++", "y", "g", "g", HOME, "---", END, "0", "n"):
            terminal.press(keys)
        terminal.wait_for("all values at step")
        terminal.press(ESCAPE)
        wait_until(lambda: "all values" not in terminal.text and "% of real data" in terminal.text)
        is_well(terminal)
    recorded.store.close()


CANARIES = (
    b"\x1b]0;",
    b"\x1bPq",
    b"\x9b31m",
    "\x9b".encode(),
    "\u202e".encode(),
    b"\x1b[2JCAN",
    b"\x1b]8;;x",
)


def test_no_code_of_a_run_reaches_the_terminal(tmp_path: Path) -> None:
    """Not one byte of it, wherever one looks."""
    runs = tmp_path / "runs"
    recorded = evil_run(runs, EVIL["controls"])
    evil_run(runs, EVIL["controls"]).store.close()
    with Terminal("attach", str(recorded.run.path), "--runs", str(runs)) as terminal:
        terminal.wait_for("─ losses", "% of real data")
        for key, shown in (
            ("a", "arrows scroll"),
            ("n", "all values at"),
            ("t", "esc closes"),
            ("e", "while it trains"),
            ("/", "Which series"),
            ("q", "What shall become"),
        ):
            terminal.press(key)
            terminal.wait_for(shown)
            terminal.press(ESCAPE)
            wait_until(lambda shown=shown: shown not in terminal.text and "% of real data" in terminal.text)
        terminal.press("l")
        terminal.wait_for("runs in")
        terminal.press(HOME + "  C")
        terminal.wait_for("2 runs compared")
        sent = bytes(terminal.sent)
    recorded.store.close()
    assert [canary for canary in CANARIES if canary in sent] == []
    assert b"CANARY" in sent
