"""Colours as a terminal has them: 16, 256 or all of them, and as few different ones as look the same."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.color_triplet import ColorTriplet

Numbers = NDArray[np.int64]
"""Colours: below 16 of the terminal, below 256 of the well-known palette, from 256 on 256 + 0xrrggbb."""
Pixels = NDArray[np.float64]

NONE, SIXTEEN, PALETTE, TRUE = 2, 16, 256, 1 << 24
"""How many colours a terminal may have."""
NO_COLOUR = -1
GREYS = np.array([16, *(232 + round((level * 17 - 8) / 10) for level in range(1, 15)), 231])
"""16 greys from black to white, as numbers of the 256-colour palette.

Fewer distinct colours make longer runs, and a number is shorter than red, green and blue: bytes over SSH.
"""
FOUR_GREYS = np.array([0, 8, 7, 15])
FOUR_LEVELS = np.array([0, 0.44, 0.77, 1])
"""How bright those four of the 16 are, the mean of xterm's and the VGA's."""
CUBE = np.array([0, 95, 135, 175, 215, 255]) / 255
"""The levels of each channel in the colour cube of the 256, which begins at 16; 24 greys at 232."""


def quantised(pixels: Pixels, colours: int) -> Numbers:
    """Return colours (rows, columns) for `pixels` (1 or 3, rows, columns), on a terminal with so many."""
    if colours < PALETTE:
        return _four_greys(pixels[0]) if len(pixels) == 1 else _nearest_of_16(pixels)
    if len(pixels) == 1:
        greys: Numbers = GREYS[np.rint(pixels[0] * (len(GREYS) - 1)).astype(np.int64)]
        return greys
    if colours < TRUE:
        return _of_256(pixels)
    red, green, blue = np.rint(pixels * 255).astype(np.int64)
    exact: Numbers = PALETTE + (red << 16 | green << 8 | blue)
    return exact


@lru_cache(maxsize=4096)
def colour(number: int) -> Color:
    """Return the colour of that number, with its red, green and blue: else Textual would send those."""
    if number >= PALETTE:
        return Color.from_triplet(ColorTriplet(*(number - PALETTE).to_bytes(3, "big")))
    named = Color.from_ansi(number)
    return named._replace(triplet=named.get_truecolor())


def black(colours: int) -> int:
    """Return the number of black where there are so many colours."""
    return 16 if colours >= PALETTE else 0


def white(colours: int) -> int:
    """Return the number of white where there are so many colours."""
    return 231 if colours >= PALETTE else 15


def _four_greys(grey: Pixels) -> Numbers:
    greys: Numbers = FOUR_GREYS[np.searchsorted((FOUR_LEVELS[1:] + FOUR_LEVELS[:-1]) / 2, grey)]
    return greys


def _nearest_of_16(pixels: Pixels) -> Numbers:
    astray = np.square(pixels[:, None] - _SIXTEEN.T[:, :, None, None]).sum(0)
    nearest: Numbers = astray.argmin(0)
    return nearest


def _of_256(pixels: Pixels) -> Numbers:
    levels = np.searchsorted((CUBE[1:] + CUBE[:-1]) / 2, pixels)
    red, green, blue = levels
    grey = np.rint((pixels.mean(0) * 255 - 8) / 10).clip(0, 23).astype(np.int64)
    astray = np.square(CUBE[levels] - pixels).sum(0)
    astray_grey = np.square((8 + 10 * grey) / 255 - pixels).sum(0)
    colours: Numbers = np.where(astray <= astray_grey, 16 + 36 * red + 6 * green + blue, 232 + grey)
    return colours


_SIXTEEN = np.array([Color.from_ansi(number).get_truecolor() for number in range(16)]) / 255
