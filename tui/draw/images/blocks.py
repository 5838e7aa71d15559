"""Pixels as half blocks and quadrants: in the two colours of a cell, or in one with shades between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentop.tui.draw.images.image_cells import Cells, pairs
from latentop.tui.draw.small.terminal_colours import quantised

Characters = NDArray[np.str_]
Pixels = NDArray[np.float64]

SHADES = "░▒▓"
QUADRANTS = np.array(list(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"))
"""By which quarters are in front: 1 upper left, 2 upper right, 4 lower left, 8 lower right."""
SPLITS = np.array([[number >> quarter & 1 for quarter in range(4)] for number in range(8)], dtype=np.float64)
"""(8, 4): the ways to part four quarters in two, but for which of the two parts is in front."""
_BITS = np.array([[number >> quarter & 1 for quarter in range(4)] for number in range(16)], dtype=np.float64)
_EVEN = np.array([[0.25], [0.5], [0.75]])
_QUARTERS, _QUARTER_INK = np.array([*QUADRANTS, *SHADES]), np.concatenate([_BITS, _EVEN.repeat(4, 1)])
_HALVES, _HALF_INK = (
    np.array([*" ▀▄█", *SHADES]),
    np.concatenate([_BITS[[0, 3, 12, 15]][:, ::2], _EVEN.repeat(2, 1)]),
)
"""Characters without colour, and what they ink of each part of a cell."""


def halves(pixels: Pixels, colours: int) -> Cells:
    """Return cells of two of `pixels` (1 or 3, rows · 2, columns) each, the upper in front of the lower."""
    numbers = quantised(pixels, colours)
    return pairs(np.full((len(numbers) // 2, numbers.shape[1]), "▀"), numbers[0::2], numbers[1::2])


def quadrants(pixels: Pixels, colours: int) -> Cells:
    """Return cells of 2 × 2 of `pixels` (1 or 3, rows · 2, columns · 2) each, in two colours.

    Least squares: of all ways to part four quarters in two, the one whose parts are least unlike.
    """
    channels, rows, columns = pixels.shape
    quarters = pixels.reshape(channels, rows // 2, 2, columns // 2, 2).transpose(1, 3, 0, 2, 4)
    quarters = quarters.reshape(rows // 2, columns // 2, channels, 4)
    ahead, behind = quarters @ SPLITS.T, quarters @ (1 - SPLITS).T
    inside, outside = SPLITS.sum(1), (1 - SPLITS).sum(1)
    explained = (ahead**2 / np.maximum(inside, 1) + behind**2 / outside).sum(2)
    best = explained.argmax(-1)
    chosen = best[:, :, None, None]
    front = np.take_along_axis(ahead / np.maximum(inside, 1), chosen, -1)[..., 0].transpose(2, 0, 1)
    back = np.take_along_axis(behind / outside, chosen, -1)[..., 0].transpose(2, 0, 1)
    return pairs(QUADRANTS[best], quantised(front, colours), quantised(back, colours))


def shaded_halves(grey: Pixels) -> Characters:
    """Return a shade or half block for each two pixels of `grey` (rows · 2, columns), in one colour."""
    return _matched(grey, (2, 1), _HALVES, _HALF_INK)


def shaded_quadrants(grey: Pixels) -> Characters:
    """Return a shade or quadrants for each 2 × 2 pixels of `grey` (rows · 2, columns · 2), in one colour."""
    return _matched(grey, (2, 2), _QUARTERS, _QUARTER_INK)


def _matched(
    grey: Pixels, cell: tuple[int, int], characters: Characters, ink: NDArray[np.float64]
) -> Characters:
    """Return for each cell of `grey` the character whose `ink` (characters, parts) is nearest to it."""
    down, across = cell
    rows, columns = grey.shape[0] // down, grey.shape[1] // across
    parts = grey.reshape(rows, down, columns, across).swapaxes(1, 2).reshape(rows, columns, -1)
    matched: Characters = characters[(np.square(ink).sum(1) - 2 * parts @ ink.T).argmin(-1)]
    return matched
