"""What is sent, fed to an emulator, shows what was drawn: at any size of the portions, in any order."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from latentop.tui.link.canvas import Canvas
from latentop.tui.widgets.cells import changes

COLUMNS, ROWS = 24, 6
PLENTY = 1_000_000
STYLES = (
    None,
    Style.parse("bold"),
    Style.parse("red"),
    Style.parse("#102030 on #405060"),
    Style.parse("#102030 on #ffffff"),
    Style.parse("reverse on blue"),
    Style.parse("bold underline #ffffff"),
)

segments = st.builds(Segment, st.text("ab ─▀é漢字", max_size=9), st.sampled_from(STYLES))
drawings = st.tuples(
    st.integers(0, COLUMNS - 1), st.integers(0, ROWS - 1), st.builds(Strip, st.lists(segments, max_size=4))
)


class Emulator:
    def __init__(self, columns: int = COLUMNS, rows: int = ROWS) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.screen.reset_mode(7 << 5)  # no line wrap, as Textual has it

    def feed(self, text: str) -> None:
        self.stream.feed(text.encode())

    @property
    def cells(self) -> list[tuple[object, ...]]:
        """Every cell with all that is seen of it; the second half of a wide character has no style."""
        buffer = self.screen.buffer
        cells = [buffer[y][x] for y in range(self.screen.lines) for x in range(self.screen.columns)]
        return [
            (cell.data, cell.fg, cell.bg, cell.bold, cell.underscore, cell.reverse) if cell.data else ("",)
            for cell in cells
        ]


def canvas() -> Canvas:
    made = Canvas()
    made.resize(COLUMNS, ROWS)
    return made


@pytest.mark.slow
@given(st.lists(st.tuples(drawings, st.integers(1, 200), st.booleans()), max_size=30))
def test_the_terminal_ends_up_with_what_was_drawn(steps: list) -> None:
    slow, at_once = canvas(), canvas()
    bit_by_bit, whole = Emulator(), Emulator()
    for (x, y, strip), room, answer in steps:
        slow.draw(x, y, [strip], answer=answer)
        at_once.draw(x, y, [strip])
        bit_by_bit.feed(slow.take(room))
    while slow.pending:
        bit_by_bit.feed(slow.take(1))
    whole.feed(at_once.take(PLENTY))
    assert bit_by_bit.cells == whole.cells


def test_only_what_differs_is_sent() -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(0, 2, [Strip([Segment("loss 0.731")])])
    made.take(PLENTY)
    made.draw(0, 2, [Strip([Segment("loss 0.739")])])
    assert made.take(PLENTY) == "\x1b[3;10H\x1b[0m9"
    made.draw(0, 2, [Strip([Segment("loss 0.739")])])
    assert not made.pending


def test_a_pen_is_changed_once_for_all_that_is_written_with_it() -> None:
    made = canvas()
    made.take(PLENTY)
    colours = Style.parse("#102030"), Style.parse("#405060")
    for y in range(ROWS):
        made.draw(2, y, [Strip([Segment("x", colours[y % 2])])])
    sent = made.take(PLENTY)
    assert (sent.count("38;2;"), sent.count("x")) == (2, ROWS)


def test_an_answer_goes_first_whatever_pens_it_takes() -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(0, 0, [Strip([Segment("x", STYLES[2])])])
    made.draw(0, 1, [Strip([Segment("a", STYLES[2]), Segment("b", STYLES[1])])], answer=True)
    made.draw(9, 1, [Strip([Segment("c", STYLES[5])])], answer=True)
    sent = made.take(PLENTY)
    assert sent.index("a") < sent.index("c") < sent.index("x")


def test_what_is_drawn_over_is_never_sent() -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(0, 0, [Strip([Segment("old")])])
    made.draw(0, 0, [Strip([Segment("new")])])
    assert "old" not in made.take(PLENTY)


def test_the_answer_to_a_key_goes_before_words_and_words_before_pictures() -> None:
    made = canvas()
    made.take(PLENTY)
    colours = [Style.parse(f"#{n:02x}0000 on #00{n:02x}00") for n in range(20)]
    made.draw(0, 0, [Strip([Segment("▀", colour) for colour in colours])])
    made.draw(0, 1, [Strip([Segment("step 4 210")])])
    made.draw(0, 2, [Strip([Segment("Stop training? This ends it.")])], answer=True)
    portions = []
    while made.pending:
        portions.append(made.take(1))
    assert ["Stop" in portions[0], "step" in portions[1], "▀" in portions[2]] == [True] * 3


def test_a_picture_gets_through_though_words_never_rest() -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(0, 0, [Strip([Segment("▀", Style.parse(f"#{n:02x}0000")) for n in range(20)])])
    sent = ""
    for n in range(12):
        made.draw(0, 1 + n % 4, [Strip([Segment(f"step {n}")])])
        made.draw(0, 5, [Strip([Segment(f"loss {n}")])])
        sent += made.take(1)
    assert "▀" in sent


def test_a_terminal_that_was_resized_is_sent_everything_anew() -> None:
    made = canvas()
    made.draw(0, 0, [Strip([Segment("generator")])])
    made.take(PLENTY)
    made.resize(30, 3)
    made.draw(20, 2, [Strip([Segment("new")])])
    emulator = Emulator(30, 3)
    emulator.feed(made.take(PLENTY))
    assert [line.rstrip() for line in emulator.screen.display] == ["generator", "", " " * 20 + "new"]


def test_no_row_waits_for_ever_while_others_never_rest() -> None:
    made = canvas()
    emulator = Emulator()
    emulator.feed(made.take(PLENTY))
    made.draw(0, ROWS - 1, [Strip([Segment("? help"), Segment("   "), Segment("q quit")])])
    for n in range(100):
        for y in range(ROWS - 1):
            made.draw(0, y, [Strip([Segment(f"{n % 10}         {n % 7}        {n % 3}")])])
        emulator.feed(made.take(30))
    assert emulator.screen.display[-1].rstrip() == "? help   q quit"


def test_no_part_of_a_row_waits_for_ever_while_another_never_rests() -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(0, 0, [Strip([Segment("▀", Style.parse(f"#{n:02x}0000")) for n in range(12)])])
    sent = ""
    for n in range(20):
        made.draw(20, 0, [Strip([Segment(str(n % 10))])])
        made.draw(0, 1, [Strip([Segment(f"{n % 10}")])])
        sent += made.take(1)
    assert "▀" in sent


@pytest.mark.parametrize(
    ("colours", "sent"),
    [
        (ColorSystem.TRUECOLOR, "38;2;255;0;0"),
        (ColorSystem.EIGHT_BIT, "38;5;"),
        (ColorSystem.STANDARD, ";31m"),
    ],
)
def test_as_many_colours_as_the_terminal_has(colours: ColorSystem, sent: str) -> None:
    made = Canvas(colours)
    made.resize(4, 1)
    made.draw(0, 0, [Strip([Segment("x", Style.parse("#ff0000"))])])
    assert sent in made.take(PLENTY)


@pytest.mark.parametrize("text", ["हिन्दी", "தமிழ்", "e\u0301tude", "กำลัง", "한"])
def test_what_is_written_over_a_character_is_sent_with_it(text: str) -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(3, 1, [Strip([Segment(text)])])
    assert text in made.take(PLENTY)
    made.draw(3, 1, [Strip([Segment(text)])])
    assert not made.pending


def test_a_mark_that_changes_is_drawn_anew() -> None:
    before, after = ([Strip([Segment(f"a{mark} b")])] for mark in ("\u0301", "\u0300"))
    assert [region.x for region in changes(before, after)] == [0]


def test_no_more_marks_are_sent_than_a_script_has() -> None:
    made = canvas()
    made.take(PLENTY)
    made.draw(0, 0, [Strip([Segment("a" + "\u0301" * 999)])])
    assert made.take(PLENTY).count("\u0301") < 9
