"""The course of a noisy series: each column's mean taken together with its neighbours'."""

from __future__ import annotations

import numpy as np

from latentop.tui.draw.charts.reduction import Floats, Reduced

REACH = 0.02
"""How far a neighbour counts at first, as a share of the canvas; the nearer, the more."""
DENSE = 0.5
"""A series with a value in fewer of its columns than this share is no noise: it is drawn as it is."""


def smoothed(series: Reduced, columns: int, smooth: float = REACH) -> Floats:
    """Return the mean of each occupied column, weighted with those up to `smooth` of `columns` away.

    The weights are a triangle. NaN stays where a column has no mean, and lends nothing to its neighbours.
    """
    reach = round(smooth * columns)
    if reach < 1 or not len(series.column):
        return series.mean
    first = int(series.column[0])
    width = int(series.column[-1]) - first + 1
    if width <= 2 * reach or len(series.column) < DENSE * width:
        return series.mean
    places = series.column - first
    known = np.isfinite(series.mean)
    values, weights = np.zeros(width), np.zeros(width)
    values[places], weights[places] = np.where(known, series.mean, 0.0), known
    triangle = reach + 1 - np.abs(np.arange(-reach, reach + 1.0))
    triangle /= triangle.sum()  # sums of values near the largest float stay finite
    total = np.convolve(values, triangle, "same")[places]
    share = np.convolve(weights, triangle, "same")[places]
    return np.where(known, total / np.where(known, share, 1.0), np.nan)
