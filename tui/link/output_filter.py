"""The last stop before the terminal: what a widget drew, harmless; in ASCII alone, or without any colour."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from latentop.tui.link.terminal import Terminal
from latentop.tui.model.plain_text import SELECTORS

_SPACES = "\u00a0\u2009\u3000"
_PAIRS = ((re.compile(r"(?<![A-Za-z]) ±"), "+-"), (re.compile(" …"), ".."), (re.compile("→ "), "->"))
"""What two cells say better than one, where there is a blank to spare: there is none between words."""
_NEAREST: Mapping[str, str] = {
    **dict.fromkeys("·•∙‧", "-"),
    **dict.fromkeys("─╌╍═–—−", "-"),
    **dict.fromkeys("━╸", "="),
    **dict.fromkeys("│┃┆┊║▏▕", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┼╭╮╰╯╔╗╚╝", "+"),
    **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*##", strict=True)),
    **dict(zip("░▒▓", ":%%", strict=True)),
    **dict.fromkeys("▉▊▋▌▍▎▔▀", " "),
    **dict.fromkeys("●○◆■▪★", "*"),
    **dict.fromkeys("×✕✓✖", "x"),
    **dict(zip("✔✎↩‖", "+e<|", strict=True)),
    **dict.fromkeys("→▶", ">"),
    **dict.fromkeys("←◀", "<"),
    **dict.fromkeys("↑▲▴┴", "^"),
    **dict.fromkeys("↓▼▾", "v"),
    **dict.fromkeys("…±", "~"),
    **dict(zip("↗↘‘’“”∇Δσ▐°", "/\\''\"\"gds# ", strict=True)),
    "🔎": "> ",
}
"""Of the same width each."""


class Harmless(LineFilter):
    """Nothing that a terminal obeys, not even in a field that holds what was pasted; no cell moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without control characters and invisible marks."""
        return [Segment(harmless(text), style, control) for text, style, control in segments]


class PlainAscii(LineFilter):
    """Nothing but printable ASCII, whoever drew it; no cell moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments in the nearest characters."""
        return [Segment(_plain(text, style), style, control) for text, style, control in segments]


class Colourless(LineFilter):
    """No colours; bold, dim, underlined and reversed stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without colours."""
        return [Segment(text, _without_colour(style), control) for text, style, control in segments]


def fitting(terminal: Terminal) -> Sequence[LineFilter]:
    """What every terminal needs, and what this one asks for."""
    return [
        Harmless(),
        *([PlainAscii()] if terminal.ascii else []),
        *([] if terminal.colour else [Colourless()]),
    ]


@lru_cache(4096)
def harmless(text: str) -> str:
    """The text in as many cells; what can't be printed leaves a ``?`` in each cell that it would take."""
    text = text.translate(SELECTORS)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in _SPACES else "?" * cell_len(one) for one in text)


@lru_cache(4096)
def nearest(text: str) -> str:
    """The text in as many cells of ASCII; what has no likeness there becomes ``?``."""
    if text.isascii():
        return text
    for pair, likeness in _PAIRS:
        text = pair.sub(likeness, text)
    return "".join(one if one.isascii() else _NEAREST.get(one) or _letter(one) for one in text)


def _letter(one: str) -> str:
    """A letter without its accent, as in ``Fréchet``; else ``?`` in as many cells."""
    bare = unicodedata.normalize("NFD", one)[0]
    return bare if bare.isascii() else "?" * cell_len(one)


def _plain(text: str, style: Style | None) -> str:
    """The nearest text; nothing at the ends of Textual's scroll bars, whose colours say enough."""
    if not text.isascii() and style is not None and style.meta.get("@mouse.down") == "grab":
        return " " * cell_len(text)
    return nearest(text)


@lru_cache(4096)
def _without_colour(style: Style | None) -> Style | None:
    if style is None:
        return None
    return style.without_color + Style.from_meta(style.meta)  # which is how a click finds its option
