"""Cells of text that show an image: a character each, and the colours in front and behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentop.tui.draw.small.terminal_colours import NO_COLOUR, Numbers, black, quantised, white

Characters = NDArray[np.str_]
Pixels = NDArray[np.float64]

HUES = 4
"""Steps of each channel in the colour of ink, whose brightness is its density."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """(rows, columns) each: characters, the colour of their ink, and the colour behind it."""

    characters: Characters
    front: Numbers
    back: Numbers


def plain(characters: Characters) -> Cells:
    """Return cells in the colours of whatever they are drawn on."""
    none = np.full(characters.shape, NO_COLOUR, dtype=np.int64)
    return Cells(characters=characters, front=none, back=none)


def white_on_black(characters: Characters, colours: int) -> Cells:
    """Return cells that look the same on any background."""
    return Cells(
        characters=characters,
        front=np.where(characters == " ", NO_COLOUR, white(colours)),
        back=np.full(characters.shape, black(colours), dtype=np.int64),
    )


def tinted(cells: Cells, pixels: Pixels, colours: int) -> Cells:
    """Return `cells` with ink in the hue of `pixels` (3, rows, columns), as bright as can be."""
    hues = np.rint(pixels / np.maximum(pixels.max(0), 1e-9) * HUES) / HUES
    ink = np.where(cells.characters == " ", NO_COLOUR, quantised(hues, colours))
    return Cells(characters=cells.characters, front=ink, back=cells.back)


def pairs(characters: Characters, front: Numbers, back: Numbers) -> Cells:
    """Return cells of two colours, blank where both are one."""
    one = (front == back) | (characters == " ")
    return Cells(characters=np.where(one, " ", characters), front=np.where(one, NO_COLOUR, front), back=back)
