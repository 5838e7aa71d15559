"""Bins: a series condensed without losing an extreme, its last value, or a single non-finite value."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.events import LARGEST

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """Columns of equal length; row i stands for ``n[i]`` consecutive values that end at ``step[i]``.

    ``mean``, ``lo`` and ``hi`` are those of the finite values (NaN where there are none), ``last`` is the
    last value whatever it is, ``bad`` counts the values that are NaN or infinite.
    """

    step: Ints
    wall: Floats
    n: Ints
    mean: Floats
    lo: Floats
    hi: Floats
    last: Floats
    bad: Ints

    def __len__(self) -> int:
        return len(self.step)

    @property
    def values(self) -> Floats:
        """The means, but where a bin holds a value that is not finite, such a value."""
        unsound = np.where(np.isfinite(self.last), np.nan, self.last)
        return np.where(self.bad > 0, unsound, self.mean)

    def rows(self) -> list[tuple[float, ...]]:
        """Rows of plain numbers, in the order of the fields."""
        return list(zip(*(getattr(self, field.name).tolist() for field in fields(self)), strict=True))


COLUMNS = tuple(field.name for field in fields(Bins))


def from_rows(rows: Sequence[tuple[float | None, ...]]) -> Bins:
    """Bins from rows as :meth:`Bins.rows` gives them; None stands for NaN.

    Raises ValueError where a wall time is none.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(COLUMNS)
    step, wall, n, mean, lo, hi, last, bad = columns
    walls = np.array(wall, dtype=np.float64)
    if not np.all(np.abs(walls) < LARGEST):
        raise ValueError("a wall time that is none")
    return Bins(
        step=np.array(step, dtype=np.int64),
        wall=walls,
        n=np.array(n, dtype=np.int64),
        mean=np.array(mean, dtype=np.float64),
        lo=np.array(lo, dtype=np.float64),
        hi=np.array(hi, dtype=np.float64),
        last=np.array(last, dtype=np.float64),
        bad=np.array(bad, dtype=np.int64),
    )


def from_values(step: Ints, wall: Floats, values: Floats) -> Bins:
    """One bin for each value: n = 1."""
    finite = np.isfinite(values)
    only_finite = np.where(finite, values, np.nan)
    return Bins(
        step=step,
        wall=wall,
        n=np.ones(len(step), dtype=np.int64),
        mean=only_finite,
        lo=only_finite,
        hi=only_finite,
        last=values,
        bad=(~finite).astype(np.int64),
    )


def join(*parts: Bins) -> Bins:
    """The rows of all, in order."""
    return Bins(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS})


def pick(bins: Bins, rows: slice | NDArray[np.bool_]) -> Bins:
    """Some of the rows; of a slice views, not copies."""
    return Bins(**{name: getattr(bins, name)[rows] for name in COLUMNS})


def after(bins: Bins, step: int) -> Bins:
    """The rows that end after a step."""
    return pick(bins, bins.step > step)


def until(bins: Bins, step: int) -> Bins:
    """The rows that end at a step or before it; views, not copies."""
    return pick(bins, slice(int(np.searchsorted(bins.step, step, side="right"))))


def group(bins: Bins, keys: Ints) -> Bins:
    """Merge neighbouring rows that share a key; ``keys`` is as long as ``bins`` and non-decreasing."""
    if not len(bins):
        return bins
    starts = np.concatenate([[0], np.flatnonzero(np.diff(keys)) + 1])
    ends = np.concatenate([starts[1:], [len(bins)]]) - 1
    finite = bins.n - bins.bad
    count = np.add.reduceat(finite, starts)
    # Each mean is weighted before it is summed, so that values near the largest float do not overflow.
    share = finite / np.maximum(np.repeat(count, ends - starts + 1), 1)
    mean = np.add.reduceat(np.where(finite > 0, bins.mean, 0.0) * share, starts)
    lo, hi = np.fmin.reduceat(bins.lo, starts), np.fmax.reduceat(bins.hi, starts)
    return Bins(
        step=bins.step[ends],
        wall=bins.wall[ends],
        n=np.add.reduceat(bins.n, starts),
        mean=np.clip(np.where(count > 0, mean, np.nan), lo, hi),  # rounding must not carry it outside
        lo=lo,
        hi=hi,
        last=bins.last[ends],
        bad=np.add.reduceat(bins.bad, starts),
    )
