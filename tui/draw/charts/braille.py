"""Dots and the braille characters that hold them, eight to a cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLANK = 0x2800
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)
"""The bit of each dot of a cell, (4 rows, 2 columns)."""

BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) + 0.5) / 16
"""Thresholds of an ordered dither: what does not change between two frames looks the same in both."""
DITHER = 0.3
"""How much of it is used: all of it makes more tones, and noise that hides shapes."""


def pack(dots: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Return characters (rows, columns) for `dots` (rows · 4, columns · 2), blank where there is none."""
    rows, columns = dots.shape[0] // 4, dots.shape[1] // 2
    cells = dots[: rows * 4, : columns * 2].reshape(rows, 4, columns, 2)
    codes = np.einsum("ryck,yk->rc", cells.astype(np.uint32), BITS).astype(np.uint32)
    return np.where(codes == 0, " ", _characters(codes | np.uint32(BLANK)))


def dithered(grey: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return a character for each 4 × 2 pixels of `grey` (rows · 4, columns · 2)."""
    rows, columns = (-(-length // len(BAYER)) for length in grey.shape)
    thresholds = 0.5 + (np.tile(BAYER, (rows, columns))[: grey.shape[0], : grey.shape[1]] - 0.5) * DITHER
    return pack(grey > thresholds)


def merge(below: NDArray[np.str_], above: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return the dots of both where both cells are braille, else the upper one unless it is blank."""
    under, over = _codes(below), _codes(above)
    both = (under | 0xFF == BLANK | 0xFF) & (over | 0xFF == BLANK | 0xFF)
    return np.where(both, _characters(under | over), np.where(above == " ", below, above))


def _codes(characters: NDArray[np.str_]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(characters).view(np.uint32).reshape(characters.shape)


def _characters(codes: NDArray[np.uint32]) -> NDArray[np.str_]:
    return np.ascontiguousarray(codes).view("<U1").reshape(codes.shape)
