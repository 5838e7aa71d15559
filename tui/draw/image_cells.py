"""Pixels as cells of text: a character each, and the colours in front and behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui.draw.braille import pack
from tui.draw.palette import NO_COLOUR, Numbers, black, quantised, white

Characters = NDArray[np.str_]
Pixels = NDArray[np.float64]
"""Values 0 (black) to 1 (white), (…, rows, columns)."""

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
BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) + 0.5) / 16
"""Thresholds of an ordered dither: what does not change between two frames looks the same in both."""
DITHER = 0.3
"""How much of it is used: all of it makes more tones, and noise that hides shapes."""
HUES = 4
"""Steps of each channel in the colour of ink, whose brightness is its density."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """(rows, columns) each: characters, the colour of their ink, and the colour behind it."""

    characters: Characters
    front: Numbers
    back: Numbers


def resize(images: Pixels, height: int, width: int) -> Pixels:
    """Return `images` (…, any height, any width) at (…, height, width), each pixel the mean of its area."""
    down, across = _shares(images.shape[-2], height), _shares(images.shape[-1], width)
    resized: Pixels = down @ images @ across.T
    return resized


def luminance(images: Pixels) -> Pixels:
    """Return (count, 1, height, width) from (count, 1 or 3, height, width), weighed as in ITU-R BT.601."""
    if images.shape[1] == 1:
        return images
    grey: Pixels = np.tensordot(np.array([0.299, 0.587, 0.114]), images, axes=(0, 1))
    return grey[:, None]


def halves(pixels: Pixels, colours: int) -> Cells:
    """Return cells of two of `pixels` (1 or 3, rows · 2, columns) each, the upper in front of the lower."""
    numbers = quantised(pixels, colours)
    return _pairs(np.full((len(numbers) // 2, numbers.shape[1]), "▀"), numbers[0::2], numbers[1::2])


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
    return _pairs(QUADRANTS[best], quantised(front, colours), quantised(back, colours))


def shaded_halves(grey: Pixels) -> Characters:
    """Return a shade or half block for each two pixels of `grey` (rows · 2, columns), in one colour."""
    return _matched(grey, (2, 1), _HALVES, _HALF_INK)


def shaded_quadrants(grey: Pixels) -> Characters:
    """Return a shade or quadrants for each 2 × 2 pixels of `grey` (rows · 2, columns · 2), in one colour."""
    return _matched(grey, (2, 2), _QUARTERS, _QUARTER_INK)


def braille(grey: Pixels) -> Characters:
    """Return one character for each 4 × 2 pixels of `grey` (rows · 4, columns · 2)."""
    rows, columns = (-(-length // len(BAYER)) for length in grey.shape)
    thresholds = 0.5 + (np.tile(BAYER, (rows, columns))[: grey.shape[0], : grey.shape[1]] - 0.5) * DITHER
    return pack(grey > thresholds)


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


def _pairs(characters: Characters, front: Numbers, back: Numbers) -> Cells:
    """Return cells of two colours, blank where both are one."""
    one = (front == back) | (characters == " ")
    return Cells(characters=np.where(one, " ", characters), front=np.where(one, NO_COLOUR, front), back=back)


def _matched(
    grey: Pixels, cell: tuple[int, int], characters: Characters, ink: NDArray[np.float64]
) -> Characters:
    """Return for each cell of `grey` the character whose `ink` (characters, parts) is nearest to it."""
    down, across = cell
    rows, columns = grey.shape[0] // down, grey.shape[1] // across
    parts = grey.reshape(rows, down, columns, across).swapaxes(1, 2).reshape(rows, columns, -1)
    matched: Characters = characters[(np.square(ink).sum(1) - 2 * parts @ ink.T).argmin(-1)]
    return matched


def _shares(before: int, after: int) -> NDArray[np.float64]:
    """Return (after, before): how much of each new pixel is covered by each old one, summing to 1."""
    edges = np.linspace(0, before, after + 1)
    pixel = np.arange(before)
    covered = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    shares: NDArray[np.float64] = np.clip(covered, 0, None) * (after / before)
    return shares
