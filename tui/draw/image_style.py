"""The ways of drawing images as text, and which of them suits a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tui.draw.glyphs import ACROSS, DOWN
from tui.draw.palette import SIXTEEN, TRUE

ASCII_TERMINALS = ("linux", "vt", "dumb", "ansi", "cons")
"""How the names of terminals begin that cannot be trusted with more than ASCII."""


class Style(StrEnum):
    """A way of drawing images as text."""

    ascii = "ascii"
    half = "half"
    quadrant = "quadrant"
    braille = "braille"

    @property
    def next(self) -> Style:
        """The style that a press of the key changes to."""
        styles = list(Style)
        return styles[(styles.index(self) + 1) % len(styles)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """What images are drawn on: how many colours it has, 2 where none may be used; dark, or light."""

    colours: int = TRUE
    dark: bool = True

    @property
    def coloured(self) -> bool:
        """Whether colours may be used."""
        return self.colours >= SIXTEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What one cell resolves, and how far images may shrink before nobody recognises them."""

    across: int
    """Pixels side by side that are looked at to draw one cell."""
    down: int
    """Pixels one above the other that are looked at to draw one cell."""
    detail: float = 1.0
    """Pixels of the image side by side in a cell of a tile that is as large as tiles become."""
    readable: float
    """The smallest readable width of a tile, as a share of that largest one."""


def automatic(environment: Mapping[str, str]) -> Style:
    """Return the style for a terminal, by TERM and locale: the most faithful one of ``benchmarks.images``."""
    terminal = environment.get("TERM", "")
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    speaks_utf8 = "utf8" in locale.lower().replace("-", "")
    if not speaks_utf8 or not terminal or terminal.startswith(ASCII_TERMINALS):
        return Style.ascii
    return Style.quadrant


def resolution(style: Style, display: Display) -> Resolution:
    """Return what one cell resolves in `style`, and down to what share of its size an image is readable."""
    match style:
        case Style.half:
            return Resolution(across=1, down=2, readable=0.5)
        case Style.quadrant:
            return Resolution(across=2, down=2, detail=1.4, readable=0.6)
        case Style.ascii:
            return Resolution(across=ACROSS, down=DOWN, detail=1.4, readable=0.7)
        case Style.braille:
            return Resolution(across=2, down=4, detail=2.0, readable=0.9)
