"""A series as a chart takes it, and which of its values the chart's axis must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from latentop.tui.draw.charts.axis import Limits, value_axis
from latentop.tui.draw.charts.reduction import Floats, Integers

GROUPS = 60
"""Of so many stretches of a line the medians say where its bulk lies: a spike moves none of them."""
FEWEST, LEAST = 5, 15
"""Rows in a stretch, and of a line, below which nothing is called a spike."""
TAIL = 0.05
"""The share of smallest, and of largest, values that may lie outside of the bulk."""
BEGINNING = 0.05
"""The share of a line's rows, its first, that say nothing of where it lies: training begins anywhere."""
BEYOND = 0.5
"""How far beyond the place where lines mostly are, in its own width, a value is no spike yet."""
RAN_AWAY, BEFORE = 1e4, 10.0
"""How many times as large as it mostly was a line is where all before would be pressed flat, and up to where
it counts then."""
LAST, DOUBLES = 3, 2.0
"""A line runs away that has at least doubled over so many stretches, its last."""
WORTH = 1.5
"""How many times as long the axis of all values must be as that without spikes for these to be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series in bins of consecutive steps; all arrays (bins,), ascending in `step`."""

    name: str
    colour: str
    """A colour that rich knows: `#4f9cd8`, `green`."""
    step: Integers
    mean: Floats
    lo: Floats
    hi: Floats
    bad: Integers
    """How many values of the bin were not finite."""
    value: float | None = None
    """What the legend says of it; None: the mean of its last row, or of that at the cursor."""
    sd: float | None = None
    """Where the value is a mean over several, their standard deviation."""
    told: str | None = None
    """What the legend says in the place of a value."""
    relative: bool = False
    """Whether its values are shares, which are told in percent; the axis has them as they are."""


def extent(lines: Sequence[Line], steps: Limits | None = None, *, positive: bool = False) -> Limits:
    """Return the smallest and largest finite value of `lines` within `steps`; NaNs where there is none.

    With `positive` no other values count.
    """
    lo, hi = np.nan, np.nan
    for line in lines:
        for values in _values(line, steps):
            finite = values[np.isfinite(values) & ((values > 0) if positive else True)]
            if finite.size:
                lo, hi = float(np.fmin(lo, finite.min())), float(np.fmax(hi, finite.max()))
    return lo, hi


def bulk(lines: Sequence[Line], steps: Limits | None = None) -> Limits:
    """Return the smallest and largest value of `lines` within `steps` that is no spike; NaNs as `extent`.

    A spike lies further from where the lines mostly are than half of that place's width, or of its distance
    from zero. The first rows may be spikes, and the last ones of a line that runs away; else the newest count
    no more than others, so that limits do not jump while a series grows.
    """
    near = [place for line in lines if (place := _place(line, steps)) is not None]
    if not near:
        return extent(lines, steps)
    low, high = min(place[0] for place in near), max(place[1] for place in near)
    room = BEYOND * max(high - low, abs(low), abs(high))
    lo, hi = np.nan, np.nan
    for line in lines:
        for values in _values(line, steps):
            inside = values[(low - room <= values) & (values <= high + room)]
            if inside.size:
                lo, hi = float(np.fmin(lo, inside.min())), float(np.fmax(hi, inside.max()))
    lowest, highest = extent(lines, steps)
    whole, inner = (end - start for start, end in (value_axis(lowest, highest), value_axis(lo, hi)))
    return (lo, hi) if whole > WORTH * inner else (lowest, highest)


def _place(line: Line, steps: Limits | None) -> Limits | None:
    """Return between which values a line mostly lies; all of a short one; None where it has none."""
    begin = int(BEGINNING * len(line.step)) if len(line.step) >= LEAST else 0
    mean, lo, hi = (values[begin:][np.isfinite(values[begin:])] for values in _values(line, steps))
    if not (mean.size and lo.size and hi.size):
        return None
    if mean.size < LEAST:
        return float(lo.min()), float(hi.max())
    size = max(FEWEST, -(-mean.size // GROUPS))
    medians = np.median(mean[mean.size % size :].reshape(-1, size), axis=1)
    scale = float(np.median(np.abs(medians)))
    if 0 < RAN_AWAY * scale < abs(medians[-1]) > DOUBLES * abs(medians[-LAST]):
        lo, hi, medians = (values[np.abs(values) <= BEFORE * scale] for values in (lo, hi, medians))
        if not (lo.size and hi.size):
            return None
    low, high = np.quantile(lo, TAIL), np.quantile(hi, 1 - TAIL)
    return float(min(low, medians.min())), float(max(high, medians.max()))


def _values(line: Line, steps: Limits | None) -> tuple[Floats, Floats, Floats]:
    """Return mean, lo and hi of the rows within `steps`."""
    inside = slice(None) if steps is None else (line.step >= steps[0]) & (line.step <= steps[1])
    return line.mean[inside], line.lo[inside], line.hi[inside]
