"""A link that carries 5 kB/s: every key is answered within what it carries in a second; training goes on."""

from pathlib import Path
from statistics import median

import pytest

from engine.run.folder import RunFolder
from tests.support import facts, wait_until
from tests.terminal.terminal import LATENTOP, Terminal

SPEED = 5_000
SECOND = SPEED
"""A second on this link is so many bytes."""
ESCAPE = "\x1b"
KEYS = (
    ("?", "keys on a run"),
    (ESCAPE, ""),
    ("s", "Stop training?"),
    (ESCAPE, ""),
    ("e", "while it trains"),
    (ESCAPE, ""),
    (" ", "● paused"),
    (" ", "● training"),
)
"""What to press, and what shows that it was heeded; nothing: that what was opened is gone."""


@pytest.fixture
def far(tmp_path: Path) -> dict[str, str]:
    """A terminal in full colour at the other end of SSH, of somebody who knows the first hint."""
    config = tmp_path / "latentop"
    config.mkdir()
    (config / "settings.toml").write_text("hinted = true\n")
    return {
        "SSH_CONNECTION": "10.0.0.1 22 10.0.0.2 22",
        "COLORTERM": "truecolor",
        "XDG_CONFIG_HOME": str(tmp_path),
    }


def costs(terminal: Terminal, key: str, shown: str, before: str) -> int:
    """Bytes that went over the link from the press of a key until one sees what it did."""
    sent = len(terminal.sent)
    terminal.press(key)
    wait_until(lambda: shown in terminal.text if shown else before not in terminal.text)
    return len(terminal.sent) - sent


def all_costs(terminal: Terminal) -> list[int]:
    found, before = [], ""
    for key, shown in KEYS * 4:
        found.append(costs(terminal, key, shown, before))
        before = shown
    return found


@pytest.mark.parametrize("words", [(), ("--max-kbps", "40")], ids=["found out", "said"])
def test_keys_are_answered_within_a_second_of_the_link(
    run: RunFolder, far: dict[str, str], words: tuple[str, ...]
) -> None:
    arguments = ("attach", str(run.path), *words)
    with Terminal(*arguments, columns=120, rows=40, speed=SPEED, environment=far) as terminal:
        terminal.wait_for("● training", "─ losses", "diversity, %", "─ samples ·", "? help")
        steps = facts(run).step
        assert median(all_costs(terminal)) <= SECOND
        assert facts(run).step > steps


def test_a_terminal_that_takes_nothing_does_not_stop_training_and_can_be_left_when_it_does_again(
    run: RunFolder, far: dict[str, str]
) -> None:
    with Terminal("attach", str(run.path), columns=120, rows=40, environment=far) as terminal:
        terminal.wait_for("● training", "─ losses", "─ samples ·")
        terminal.freeze()
        terminal.press(f"?{ESCAPE}" * 20)
        steps = facts(run).step
        wait_until(lambda: facts(run).step > steps + 20)
        terminal.thaw()
        terminal.settle()
        terminal.press("d")
        wait_until(lambda: terminal.process.poll() is not None)
        assert terminal.process.returncode == 0
    steps = facts(run).step
    wait_until(lambda: facts(run).step > steps)


def test_after_a_stall_the_newest_state_is_shown(run: RunFolder, far: dict[str, str]) -> None:
    with Terminal("attach", str(run.path), columns=120, rows=40, environment=far) as terminal:
        terminal.wait_for("● training", "─ losses", "─ samples ·")
        terminal.freeze()
        steps = facts(run).step
        wait_until(lambda: facts(run).step > steps + 200)
        sent = len(terminal.sent)
        terminal.press("?")
        terminal.thaw()
        terminal.wait_for("keys on a run")
        assert len(terminal.sent) - sent < 100_000, "what was drawn over meanwhile is never sent"


def test_one_sees_on_request_what_is_sent(run: RunFolder, far: dict[str, str]) -> None:
    with Terminal("attach", str(run.path), columns=160, rows=40, environment=far) as terminal:
        terminal.wait_for("● training", "─ losses")
        terminal.press("\x10")
        terminal.wait_for("Search")
        terminal.press("what is sent")
        terminal.wait_for("Show what is sent to the terminal")
        terminal.press("\r")
        wait_until(lambda: "B/s" in terminal.text.splitlines()[0])


def test_a_terminal_that_answers_nothing_shows_everything_all_the_same(run: RunFolder) -> None:
    with Terminal("attach", str(run.path), answers=False) as terminal:
        terminal.wait_for("● training", "─ losses", "diversity, %", "─ samples ·", "? help")
        terminal.press("?")
        terminal.wait_for("keys on a run")


def test_nothing_is_left_to_be_typed_into_the_shell(run: RunFolder, far: dict[str, str]) -> None:
    """Every question to the terminal is answered before the program ends."""
    shell = f'{LATENTOP} attach {run.path}; read typed; echo "typed: $typed."; read more'
    with Terminal(
        command=["sh", "-c", shell], columns=120, rows=40, speed=SPEED, environment=far
    ) as terminal:
        terminal.wait_for("● training", "─ losses")
        terminal.press("d")
        terminal.wait_for("trains on")
        terminal.press("nothing else\r")
        terminal.wait_for("typed: nothing else.")


@pytest.mark.parametrize("words", [("--max-kbps", "fast"), ("--max-kbps", "-1"), ("--max-kbps", "1.5")])
def test_no_rate_is_told_in_a_line(words: tuple[str, ...]) -> None:
    with Terminal("attach", "nothing", *words) as terminal:
        terminal.wait_for("is no rate; accepted: 0 to 1000000 kilobits a second")
        wait_until(lambda: terminal.process.poll() == 2)
