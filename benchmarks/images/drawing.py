"""A drawing in cells of text, whoever made it, and what it looks like on a screen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from benchmarks.images.font import Font
from latentop.tui.draw.images.resample import resize

Pixels = NDArray[np.float64]

WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Characters (rows, columns), and the colours of ink and ground, (rows, columns, 3) from 0 to 1."""

    characters: NDArray[np.str_]
    front: Pixels
    back: Pixels

    def seen(self, font: Font) -> Pixels:
        """Every pixel of it on a screen: (3, rows · font.height, columns · font.width)."""
        rows, columns = self.characters.shape
        known, places = np.unique(self.characters, return_inverse=True)
        glyphs = np.array([font.coverage(character) for character in known.tolist()])
        inked = glyphs[places.reshape(rows, columns)].transpose(0, 2, 1, 3)[:, :, :, :, None]
        pixels = inked * self.front[:, None, :, None] + (1 - inked) * self.back[:, None, :, None]
        screen: Pixels = pixels.reshape(rows * font.height, columns * font.width, 3).transpose(2, 0, 1)
        return screen

    def changed(self, other: "Drawing") -> float:
        """The share of cells that differ from the other drawing's, in anything that one would see."""
        ground = (self.back == other.back).all(2)
        blank = (self.characters == " ") & (other.characters == " ")
        same = (self.characters == other.characters) & (blank | (self.front == other.front).all(2)) & ground
        return float(1 - same.mean())


def of_strips(strips: Sequence[Strip]) -> Drawing:
    """The drawing in rows of ours, on a dark screen."""
    characters = [list(strip.text) for strip in strips]
    inks = [[segment.style or Style.null() for segment in strip for _ in segment.text] for strip in strips]
    front = [[_rgb(ink.color, WHITE) for ink in row] for row in inks]
    back = [[_rgb(ink.bgcolor, BLACK) for ink in row] for row in inks]
    return Drawing(characters=np.array(characters), front=np.array(front), back=np.array(back))


def from_afar(screen: Pixels, rows: int, columns: int) -> Pixels:
    """What is left where glyphs can't be told any more: 4 × 2 pixels a cell."""
    return resize(screen, rows * 4, columns * 2)


def exposed(screen: Pixels, image: Pixels) -> Pixels:
    """The screen made as bright as fits the image best: ink is thin, and an eye adapts to it."""
    gain = float((screen * image).sum()) / max(float((screen * screen).sum()), 1e-9)
    return np.clip(screen * gain, 0, 1)


def _rgb(colour: Color | None, otherwise: tuple[float, float, float]) -> tuple[float, float, float]:
    if colour is None:
        return otherwise
    red, green, blue = colour.get_truecolor()
    return red / 255, green / 255, blue / 255
