"""One image as cells of text: half blocks, braille dots, or a ramp of ASCII characters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tui.draw.braille import pack

Characters = NDArray[np.str_]
Numbers = NDArray[np.int64]
Pixels = NDArray[np.float64]
"""Images with values 0 (black) to 1 (white), (count, channels, height, width)."""

RAMP = np.array(list(" .:;*=so$#@"))
COVERAGE = np.array([0.0, 0.025, 0.050, 0.068, 0.092, 0.119, 0.145, 0.172, 0.203, 0.234, 0.267])
"""How much of its cell each character of the ramp inks, measured in DejaVu Sans Mono."""
BRIGHTNESS = COVERAGE / COVERAGE[-1]
SHADES = np.array(list(" ░▒▓█"))
BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) + 0.5) / 16
GREYS = np.array([16, *(232 + round((level * 17 - 8) / 10) for level in range(1, 15)), 231])
"""16 greys from black to white, as numbers of the 256-colour palette.

Fewer distinct colours make longer runs, and a number is shorter than red, green and blue: bytes over SSH.
"""
CUBE = np.array([0, 95, 135, 175, 215, 255]) / 255
"""The levels of each channel in the colour cube of that palette, which begins at 16; 24 greys at 232."""
LEAST_CONTRAST = 0.15
"""Pixels that differ by less are not stretched: noise in a blank image stays faint."""


def resize(images: Pixels, height: int, width: int) -> Pixels:
    """Return `images` (…, any height, any width) at (…, height, width), each pixel the mean of its area."""
    down, across = _shares(images.shape[-2], height), _shares(images.shape[-1], width)
    resized: Pixels = down @ images @ across.T
    return resized


def luminance(images: Pixels) -> Pixels:
    """Return (count, height, width) from (count, 1 or 3, height, width), by the weights of ITU-R BT.601."""
    if images.shape[1] == 1:
        return images[:, 0]
    grey: Pixels = np.tensordot(np.array([0.299, 0.587, 0.114]), images, axes=(0, 1))
    return grey


def stretched(images: Pixels) -> Pixels:
    """Return `images` with the 2nd and 98th percentile of all of them moved to 0 and 1."""
    lo, hi = np.percentile(images, [2, 98])
    if hi - lo < LEAST_CONTRAST:
        return images
    clipped: Pixels = np.clip((images - lo) / (hi - lo), 0, 1)
    return clipped


def ascii_ramp(grey: Pixels) -> Characters:
    """Return one character for each pixel of `grey` (rows, columns), by how much of a cell it inks."""
    between = (BRIGHTNESS[1:] + BRIGHTNESS[:-1]) / 2
    characters: Characters = RAMP[np.searchsorted(between, grey)]
    return characters


def shades(grey: Pixels) -> Characters:
    """Return one of five block shades for each pixel of `grey` (rows, columns)."""
    characters: Characters = SHADES[np.rint(grey * (len(SHADES) - 1)).astype(np.int64)]
    return characters


def braille(grey: Pixels) -> Characters:
    """Return one character for each 4 × 2 pixels of `grey` (rows · 4, columns · 2).

    The dither is ordered, so that what does not change between two frames looks the same in both.
    """
    rows, columns = (-(-length // len(BAYER)) for length in grey.shape)
    return pack(grey > np.tile(BAYER, (rows, columns))[: grey.shape[0], : grey.shape[1]])


def quantised(pixels: Pixels) -> Numbers:
    """Return numbers of the 256-colour palette (rows, columns) for `pixels` (1 or 3, rows, columns)."""
    if len(pixels) == 1:
        greys: Numbers = GREYS[np.rint(pixels[0] * (len(GREYS) - 1)).astype(np.int64)]
        return greys
    levels = np.searchsorted((CUBE[1:] + CUBE[:-1]) / 2, pixels)
    red, green, blue = levels
    grey = np.rint((pixels.mean(0) * 255 - 8) / 10).clip(0, 23).astype(np.int64)
    astray = np.square(CUBE[levels] - pixels).sum(0)
    astray_grey = np.square((8 + 10 * grey) / 255 - pixels).sum(0)
    colours: Numbers = np.where(astray <= astray_grey, 16 + 36 * red + 6 * green + blue, 232 + grey)
    return colours


def _shares(before: int, after: int) -> NDArray[np.float64]:
    """Return (after, before): how much of each new pixel is covered by each old one, summing to 1."""
    edges = np.linspace(0, before, after + 1)
    pixel = np.arange(before)
    covered = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    shares: NDArray[np.float64] = np.clip(covered, 0, None) * (after / before)
    return shares
