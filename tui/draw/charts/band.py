"""Several lines as one band: from the smallest to the largest, or a standard deviation to each side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from latentop.tui.draw.charts.line import Line
from latentop.tui.draw.charts.reduction import Floats, Integers, reduce


def band(lines: Sequence[Line], name: str, colour: str, columns: int) -> Line:
    """Return one line (`columns` bins or fewer): mean over `lines`, smallest and largest of their means.

    A line alone comes back as its means over equal spans of steps, without its extremes.

    A line counts from its first step to its last; between two of its bins it runs straight. Bad values of
    all lines are counted.
    """
    last = max((int(line.step.max()) for line in lines if line.step.size), default=0)
    if not last:
        return Line(name=name, colour=colour, step=_none(), mean=_nan(0), lo=_nan(0), hi=_nan(0), bad=_none())
    window = (0.0, float(last))
    means = np.full((len(lines), columns), np.nan)
    bad = np.zeros(columns, dtype=np.int64)
    for index, line in enumerate(lines):
        one = reduce(line.step, line.mean, line.mean, line.mean, line.bad, window=window, columns=columns)
        known = np.isfinite(one.mean)
        if known.any():
            column = one.column[known]
            inside = np.arange(column[0], column[-1] + 1)
            means[index, inside] = np.interp(inside, column, one.mean[known])
            means[index, one.column[~known]] = np.nan
        np.add.at(bad, one.column, one.bad)
    used = np.isfinite(means).any(axis=0) | (bad > 0)
    count = np.isfinite(means).sum(axis=0)
    total = np.where(np.isfinite(means), means, 0.0).sum(axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    step = np.ceil((np.arange(columns) + 1) * last / columns).astype(np.int64)
    return Line(
        name=name,
        colour=colour,
        step=step[used],
        mean=mean[used],
        lo=np.fmin.reduce(means, axis=0)[used],
        hi=np.fmax.reduce(means, axis=0)[used],
        bad=bad[used],
    )


def banded(line: Line, step: Integers, sd: Floats) -> Line:
    """Return the line of a mean with a band of ``sd`` (n,), known at ``step`` (n,), to each side of it.

    Where the line has steps between those it runs straight; where no sd is finite there is no band.
    """
    known = np.isfinite(sd)
    if not known.any():
        return replace(line, lo=line.mean, hi=line.mean)
    away = np.interp(line.step, step[known], sd[known])
    return replace(line, lo=line.mean - away, hi=line.mean + away)


def _nan(length: int) -> Floats:
    return np.full(length, np.nan)


def _none() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.zeros(0, dtype=np.int64)
