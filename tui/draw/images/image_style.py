"""The ways of drawing images as text, and what a cell resolves in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from latentop.tui.draw.images.glyphs import ACROSS, DOWN
from latentop.tui.draw.small.terminal_colours import SIXTEEN, TRUE


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
