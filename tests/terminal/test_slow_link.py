"""A link that carries 5 kB/s: a key's answer comes soon, images become ASCII, and training goes on."""

from itertools import takewhile
from pathlib import Path
from statistics import median

import pytest

from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import facts, wait_until
from tests.support.terminal import LATENTOP, Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.slow]


SPEED = 5_000
ESCAPE = "\x1b"
DIALOGUES = (("?", "keys on a run"), ("s", "Stop training?"), ("e", "while it trains"))
"""What to press, and what shows that it was heeded: the dashboard answers by itself, without the worker."""


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


@pytest.mark.parametrize("words", [(), ("--max-kbps", "40")], ids=["found out", "said"])
def test_before_a_keys_answer_comes_no_more_than_the_link_carries_in_a_second(
    run: RunFolder, far: dict[str, str], words: tuple[str, ...]
) -> None:
    arguments = ("attach", str(run.path), *words)
    with Terminal(*arguments, columns=120, rows=40, speed=SPEED, environment=far) as terminal:
        terminal.wait_for("● training", "─ losses", "% of real data", "─ samples ·", "? help")
        step, costs = facts(run).step, []
        for key, words_shown in DIALOGUES * 3:
            costs.append(terminal.sent_until(lambda now, words=words_shown: words in now, key))
            costs.append(terminal.sent_until(lambda now, words=words_shown: words not in now, ESCAPE))
        assert median(costs) <= SPEED
        wait_until(lambda: facts(run).step > step)


def samples(screen: str) -> str:
    """The part of the screen in which samples are drawn."""
    rows = iter(screen.splitlines())
    x = next((row.index("╭─ samples ·") for row in rows if "╭─ samples ·" in row), 0)
    return "".join(row[x:].strip(" │") for row in takewhile(lambda row: "╰" not in row[x:], rows))


def test_images_become_ascii_on_a_slow_link_until_it_recovers(run: RunFolder, far: dict[str, str]) -> None:
    blocks = {*"▀▄▌▐▖▗▘▝▛▜▙▟█"}
    with Terminal("attach", str(run.path), columns=120, rows=40, environment=far) as terminal:
        wait_until(lambda: blocks & {*samples(terminal.text)})
        terminal.speed = SPEED
        terminal.wait_for("This link is slow: images as ascii")
        wait_until(lambda: samples(terminal.text) and samples(terminal.text).isascii())
        terminal.speed = None
        for _ in range(100):  # the more there is to send, the sooner it is seen that there is room for it
            if blocks & {*samples(terminal.text)}:
                break
            terminal.press("?")
            terminal.wait_for("keys on a run")
            terminal.press(ESCAPE)
            wait_until(lambda: "keys on a run" not in terminal.text)
        else:
            raise AssertionError(f"images are ascii still:\n{terminal.text}")


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
        terminal.wait_for("● training", "─ losses", "% of real data", "─ samples ·", "? help")
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
