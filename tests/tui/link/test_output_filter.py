"""The last stop before the terminal."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._border import BORDER_CHARS
from textual.color import Color
from textual.scrollbar import ScrollBarRender

from latentop.tui.link.output_filter import Colourless, PlainAscii, harmless, nearest

BLACK = Color(0, 0, 0)


def test_whatever_is_drawn_becomes_as_wide_and_ascii() -> None:
    borders = "".join("".join(row) for rows in BORDER_CHARS.values() for row in rows)
    bars = "".join([*ScrollBarRender.VERTICAL_BARS, *ScrollBarRender.HORIZONTAL_BARS])
    for text in (borders, bars, "🔎 Search…", "编码 é ⣿", "plain"):
        shown = nearest(text)
        assert shown.isascii()
        assert shown.isprintable()
        assert cell_len(shown) == cell_len(text)
    assert nearest("Fréchet, Kynkäänniemi, Bińkowski") == "Frechet, Kynkaanniemi, Binkowski"
    assert nearest("┌─ losses ─┐ · …") == "+- losses -+ -.."
    assert nearest("0.9 ±0.1 → 1 … senten… ▇▇▁ ✕") == "0.9+-0.1 ->1.. senten~ ##_ x"
    assert nearest("swings by ±0.46") == "swings by ~0.46"


def test_scroll_bars_are_told_by_their_colours_alone() -> None:
    drawn = ScrollBarRender.render_bar(size=20, virtual_size=90, window_size=13, position=29).segments
    assert any(segment.text.strip() for segment in drawn), "as Textual draws them, their ends are characters"
    assert not any(segment.text.strip() for segment in PlainAscii().apply(list(drawn), BLACK))


def test_styles_stay_with_ascii_and_words_stay_without_colours() -> None:
    style = Style(color="red", bgcolor="blue", bold=True, reverse=True, meta={"option": 1})
    (plain,) = PlainAscii().apply([Segment("●", style)], BLACK)
    assert (plain.text, plain.style) == ("*", style)
    (grey,) = Colourless().apply([Segment("●", style)], BLACK)
    assert grey.text == "●"
    assert grey.style is not None
    assert (grey.style.color, grey.style.bgcolor) == (None, None)
    assert grey.style.bold
    assert grey.style.reverse
    assert grey.style.meta == {"option": 1}
    assert Colourless().apply([Segment("x", None)], BLACK) == [Segment("x", None)]


def test_nothing_that_a_terminal_obeys_passes() -> None:
    assert harmless("\x1b]0;owned\x07\x9b31m\u202e[b]") == "]0;owned31m[b]"
    for text in ("1\u2009000", "編\u3000码", "⣿ é 👍", "\ud800\u00ad\n"):
        assert cell_len(harmless(text)) == cell_len(text)
    assert harmless("1\u2009000 編\u3000码") == "1\u2009000 編\u3000码"
