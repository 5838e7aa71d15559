"""Terminals that show less, for real: every byte that is sent to them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from latentop.engine.run.events import AlarmRaised
from tests.support.dashboard import Recorded, collapse, healthy_gan
from tests.support.real_runs import wait_until
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.slow]


ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|\x1bP.*?\x1b\\"  # DCS
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[=>78]",
    re.DOTALL,
)
STYLES = re.compile(rb"\x1b\[([0-9;]*)m")
SCREENS = (
    ("?", "keys on a run"),
    ("T", "enter keeps"),
    ("\x10", "Search"),
    ("e", "generator.lr"),
    ("s", "Stop training?"),
    ("a", "coverage 0.31"),
    ("q", "What shall become of it?"),
)
"""What opens by which key over a run, and closes by esc."""


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """A run with an alarm that has characters of its own; nobody has seen the first hint yet."""
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = healthy_gan(tmp_path / "runs")
    collapse(made)
    yield made
    made.store.close()


def visit_everything(terminal: Terminal, recorded: Recorded) -> None:
    """Open whatever the dashboard has, at least once."""
    terminal.wait_for("losses", "coverage", "COLLAPSED", "explains.")
    for key, shown in SCREENS:
        terminal.press(key)
        terminal.wait_for(shown)
        terminal.press("\x1b")
        wait_until(lambda shown=shown: shown not in terminal.text)
    terminal.press("\t\r")  # one part on the whole screen
    wait_until(lambda: "coverage" not in terminal.text)
    terminal.press("\r")
    terminal.wait_for("coverage")
    terminal.resize(80, 24)
    terminal.wait_for("losses")
    terminal.resize(160, 56)
    terminal.wait_for("losses", "coverage")
    terminal.press("p")
    terminal.wait_for("what shall be trained?", "look for")
    terminal.press("l")
    terminal.wait_for("runs in", "age")
    alarm = AlarmRaised(
        name="diverged",
        severity="critical",
        step=410,
        wall=recorded.now,
        sentence="la perte — «générateur» — diverge · ∞",
        advice="编码 …",
        evidence={},
    )
    recorded.writes(events=[alarm])
    terminal.press("\x1b")
    terminal.wait_for("what shall be trained?")
    terminal.press("\x1b")
    terminal.wait_for("losses", "diverge")


def colour_codes(sent: bytes) -> set[str]:
    """Every number in a style that chooses a colour, the default one too."""
    numbers = {number for style in STYLES.findall(sent) for number in style.decode().split(";") if number}
    return {number for number in numbers if re.fullmatch(r"(3|4|9|10)\d", number)}


def _plain(byte: int) -> bool:
    return 32 <= byte < 127 or byte in b"\r\n"


def test_ascii_means_every_byte(recorded: Recorded) -> None:
    with Terminal("attach", str(recorded.run.path), "--ascii", columns=130, rows=40) as terminal:
        visit_everything(terminal, recorded)
        sent = bytes(terminal.sent)
    written = ESCAPES.sub(b"", sent[: sent.rindex(b"\x1b")])  # the last one may be half read
    others = [
        written[max(0, place - 20) : place + 20]
        for place in range(len(written))
        if not _plain(written[place])
    ]
    assert others == []
    assert b"+-" in written


def test_a_locale_without_utf_8_means_ascii_too(recorded: Recorded) -> None:
    latin = {"LANG": "C", "LC_ALL": "C"}
    with Terminal("attach", str(recorded.run.path), columns=130, rows=40, environment=latin) as terminal:
        terminal.wait_for("losses", "coverage")
        assert ESCAPES.sub(b"", bytes(terminal.sent)).isascii()


def test_no_color_sends_no_colour(recorded: Recorded) -> None:
    grey = {"NO_COLOR": "1"}
    with Terminal("attach", str(recorded.run.path), columns=130, rows=40, environment=grey) as terminal:
        terminal.wait_for("losses", "coverage", "COLLAPSED")
        terminal.press("T")
        terminal.wait_for("NO_COLOR is set")
        terminal.press("s")
        terminal.wait_for("Stop training?")
        terminal.press("\x1b")
        wait_until(lambda: "Stop training?" not in terminal.text)
        terminal.press("l")
        terminal.wait_for("runs in", "COLLAPSED")
        sent = bytes(terminal.sent)
    assert colour_codes(sent) == set()
    assert b"\x1b[7m" in sent or b";7m" in sent or b"\x1b[7;" in sent, "the cursor is reversed instead"


@pytest.mark.parametrize("name", ["xterm", "linux"])
def test_16_colours_are_no_more_than_16(recorded: Recorded, name: str) -> None:
    few = {"TERM": name}
    with Terminal("attach", str(recorded.run.path), columns=130, rows=40, environment=few) as terminal:
        visit_everything(terminal, recorded)
        sent = bytes(terminal.sent)
    assert colour_codes(sent)
    assert not {"38", "48"} & colour_codes(sent)
