"""A series, or some values side by side, as one line of small bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BARS = "▁▂▃▄▅▆▇█"
BULK = 0.05, 0.95
"""Between these quantiles a course's bars rise."""
LOST = "×"
"""What stands for a value that is not finite."""


def bars(values: Sequence[float] | NDArray[np.float64], *, most: float | None = None) -> str:
    """A bar for each finite value, as high as its share of `most` (or the largest); a cross if not."""
    series = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(series)
    most = most or series[finite].max(initial=0.0) or 1.0
    levels = np.rint(np.where(finite, series, 0.0).clip(0, most) / most * (len(BARS) - 1)).astype(np.int64)
    return "".join(BARS[level] if known else LOST for level, known in zip(levels, finite, strict=True))


def spark(
    values: Sequence[float] | NDArray[np.float64],
    width: int,
    *,
    limits: tuple[float, float] | None = None,
) -> str:
    """Return `values` as exactly `width` characters, from their smallest to their largest value.

    More values than characters are averaged in equal shares; a share with any that is not finite shows a
    cross. A constant series runs along the middle; fewer values than characters leave blanks on the left.
    With `limits` the bars are as high as the values between these two, so that noise looks as small as it is.
    """
    series = np.asarray(values, dtype=np.float64)
    if width < 1 or not series.size:
        return " " * max(0, width)
    shares = np.array_split(series, min(width, series.size))
    means = np.array([share.mean() if np.isfinite(share).all() else np.nan for share in shares])
    levels = _levels(means, len(BARS), limits)
    text = "".join(LOST if level < 0 else BARS[level] for level in levels)
    return text.rjust(width)


def course(
    steps: NDArray[np.int64],
    values: NDArray[np.float64],
    width: int,
    *,
    last: int,
) -> str:
    """Return `values` at ascending `steps` as `width` characters that stand for the steps from 0 to `last`.

    Each step keeps its place as others come, so that little of it is drawn anew. Blanks follow the newest
    step; a gap shows what was before it. The bars are as high as the bulk of the values goes: what is rare
    flattens nothing.
    """
    if width < 1 or not len(steps):
        return " " * max(0, width)
    places = ((steps - 1).clip(0) * width // max(last, 1)).clip(0, width - 1)
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    sizes = np.diff([*starts, len(values)])
    means = np.add.reduceat(values / np.repeat(sizes, sizes), starts)
    known = np.searchsorted(places[starts], np.arange(places[0], places[-1] + 1), side="right") - 1
    finite = means[np.isfinite(means)]
    lo, hi = np.quantile(finite, BULK) if finite.size else (0.0, 1.0)
    drawn = spark(means[known], len(known), limits=(float(lo), float(hi)))
    return f"{' ' * places[0]}{drawn}".ljust(width)


def _levels(values: NDArray[np.float64], count: int, limits: tuple[float, float] | None) -> list[int]:
    """Return the level of each value, 0 to count - 1; -1 where it is not finite."""
    finite = np.isfinite(values)
    if not finite.any():
        return [-1] * len(values)
    lo, hi = limits or (values[finite].min(), values[finite].max())
    values = values.clip(lo, hi)
    if hi / 2 - lo / 2 <= max(abs(lo), abs(hi)) * 1e-9:
        return [count // 2 if known else -1 for known in finite.tolist()]
    share = (np.where(finite, values, lo) / 2 - lo / 2) / (hi / 2 - lo / 2)
    levels: list[int] = np.where(finite, np.rint(share * (count - 1)), -1).astype(np.int64).tolist()
    return levels
