"""Any number of points into one bin for each column of dots, without losing an extreme or a NaN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentop.tui.draw.charts.axis import LARGEST

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A series on columns of dots; all arrays (occupied columns,), in ascending order of `column`."""

    column: Integers
    """Column of dots, 0 to columns - 1."""
    mean: Floats
    """Mean of the finite means in the column; NaN where there is none."""
    lo: Floats
    """Smallest finite value in the column; NaN where there is none."""
    hi: Floats
    """Largest finite value in the column; NaN where there is none."""
    bad: Integers
    """How many values in the column were not finite."""


def reduce(
    step: Integers,
    mean: Floats,
    lo: Floats,
    hi: Floats,
    bad: Integers,
    *,
    window: tuple[float, float],
    columns: int,
) -> Reduced:
    """Return the points (n,) with a step inside `window` (both ends included) on `columns` ≥ 1 columns.

    A point that is not finite counts as bad even where `bad` says 0. Steps may repeat or go back, as they do
    after a rollback.
    """
    first, last = window
    inside = (step >= first) & (step <= last)
    step, bad = step[inside], np.maximum(bad[inside], 0)
    mean, lo, hi = (_finite(values[inside]) for values in (mean, lo, hi))
    bad = np.where(np.isnan(mean) | np.isnan(lo) | np.isnan(hi), np.maximum(bad, 1), bad)
    lo, hi = np.fmin(lo, mean), np.fmax(hi, mean)

    column = _columns(step, window, columns)
    if np.any(np.diff(column) < 0):
        order = np.argsort(column, kind="stable")
        column, bad = column[order], bad[order]
        mean, lo, hi = mean[order], lo[order], hi[order]
    if not column.size:
        return Reduced(column=column, mean=mean, lo=lo, hi=hi, bad=bad)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    return Reduced(
        column=column[starts],
        mean=_means(mean, starts),
        lo=np.fmin.reduceat(lo, starts),
        hi=np.fmax.reduceat(hi, starts),
        bad=np.add.reduceat(bad, starts),
    )


def _columns(step: Integers, window: tuple[float, float], columns: int) -> Integers:
    first, last = window
    place = (step - first) / max(last - first, 1e-9) * columns
    return np.clip(place.astype(np.int64), 0, columns - 1)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), np.clip(values, -LARGEST, LARGEST), np.nan)


def _means(mean: Floats, starts: Integers) -> Floats:
    known = ~np.isnan(mean)
    count = np.add.reduceat(known.astype(np.int64), starts)
    total = np.add.reduceat(np.where(known, mean, 0.0), starts)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
