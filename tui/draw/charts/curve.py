"""A reduced series on a canvas: the line of its mean, and the envelope of its extremes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentop.tui.draw.charts.axis import Limits
from latentop.tui.draw.charts.braille import pack
from latentop.tui.draw.charts.plotter import dots, plot
from latentop.tui.draw.charts.reduction import Floats, Reduced

ASCII_ENVELOPE = ":"


def mean_line(series: Reduced, limits: Limits, *, width: int, height: int, marker: str) -> NDArray[np.str_]:
    """Return characters (height, width): the mean, joined except over columns where nothing was finite."""
    known = np.isfinite(series.mean)
    joined = np.zeros(len(known), dtype=np.bool_)
    joined[1:] = known[1:] & known[:-1]
    x = series.column[known]
    y = _dot_rows(series.mean[known], limits, height * dots(marker)[1])
    return plot(x, y, joined[known], width=width, height=height, marker=marker)


def envelope(series: Reduced, limits: Limits, *, width: int, height: int, ascii: bool) -> NDArray[np.str_]:
    """Return characters (height, width): from the smallest to the largest value of each column of `series`.

    It is filled in between neighbours, and left out where it is no higher than a dot, where the mean says it
    all. In braille every other dot is drawn, as on a chess board, so that a mean in front stands out.
    """
    across, down = (1, 1) if ascii else (2, 4)
    x, lo, hi = _filled(series)
    bottom, top = (_dot_rows(values, limits, height * down) for values in (lo, hi))
    row = np.arange(height * down)[::-1, None]
    inside = np.zeros((height * down, width * across), dtype=np.bool_)
    inside[:, x] = (bottom <= row) & (row <= top) & (bottom < top)
    if ascii:
        return np.where(inside, ASCII_ENVELOPE, " ")
    return pack(inside & ((row + np.arange(width * across)) % 2 == 0))


def _dot_rows(values: Floats, limits: Limits, rows: int) -> NDArray[np.int64]:
    """Return the row of dots, from 0 at the bottom, in which each of `values` lies."""
    lower, upper = limits
    share = (values - lower) / (upper - lower)
    return np.clip(np.floor(share * rows), 0, rows - 1).astype(np.int64)


def _filled(series: Reduced) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return column, lo and hi, with the columns between two neighbours filled in unless one was lost."""
    known = np.isfinite(series.mean)
    column, lo, hi = series.column[known], series.lo[known], series.hi[known]
    if not column.size:
        return column, lo, hi
    every = np.arange(column[0], column[-1] + 1)
    gaps = np.searchsorted(column, series.column[~known])
    drawn = np.isin(every, column) | ~np.isin(np.searchsorted(column, every), gaps)
    every = every[drawn]
    return every, np.interp(every, column, lo), np.interp(every, column, hi)
