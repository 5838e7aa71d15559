"""Whether a series rises, falls or stays: a pure question to its history, answered only where it is sure."""

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.store.bins import Bins

Way = Literal["rising", "steady", "falling"]

WINDOW = 240
"""Rows that a trend is told over, at most, and that sparklines of what is measured now and then show."""
FEWEST = 16
"""Rows that it is told over where a series is short; else its newer half: what has settled is steady."""
BLOCKS = 8
"""Means that the rows are condensed to, so that what neighbours share does not look like a trend."""
SURE = 20
"""Of the 28 pairs of blocks, so many more in order than not: by chance in 1 of 70 series without a trend."""
SWINGS = 4
"""Times the rows of a trend: over so many it is seen whether a series only comes and goes."""
TURNS, FINE, APART = 3, 32, 0.2
"""So often it must cross the middle, of that many means, each time by so much of its range."""
WORTH = 0.03
"""Of the values' size: a smaller change is none that anybody needs to know of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Which way a series goes, from about ``before`` to about ``now`` within so many ``steps``."""

    way: Way
    before: float
    now: float
    steps: int

    @property
    def times(self) -> float:
        """How many times what it was; 1 where that can't be told."""
        return self.now / self.before if self.before > 0 and self.now > 0 else 1.0


def trend(bins: Bins | None, *, chance: float = 0.0) -> Trend | None:
    """The trend of the newest rows; None while there are too few. A change within ``chance`` is none.

    The test is Mann's (1945, Nonparametric tests against trend): it asks for an order, not for a shape, and
    minds no outlier.
    """
    if bins is None:
        return None
    finite = np.isfinite(bins.mean)
    rows = min(WINDOW, max(FEWEST, int(finite.sum()) // 2))
    values, steps = bins.mean[finite][-rows:], bins.step[finite][-rows:]
    if len(values) < BLOCKS:
        return None
    blocks = [float(block.mean()) for block in np.array_split(values, BLOCKS)]
    order = sum(int(np.sign(later - earlier)) for earlier, later in combinations(blocks, 2))
    before, now = blocks[0], blocks[-1]
    enough = abs(now - before) > max(chance, WORTH * max(abs(before), abs(now)))
    way: Way = "steady"
    if enough and abs(order) >= SURE and not swings(bins.mean[finite][-SWINGS * rows :]):
        way = "rising" if order > 0 else "falling"
    return Trend(way=way, before=before, now=now, steps=int(steps[-1] - steps[0]))


def swings(values: NDArray[np.float64]) -> bool:
    """Whether values ``(n,)`` come and go: what rises now has fallen before, and will again."""
    if len(values) < 2 * FINE:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        means = np.array([float(block.mean()) for block in np.array_split(values, FINE)])
        low, high = float(means.min()), float(means.max())
        middle, room = low / 2 + high / 2, APART * (high - low)
        away = (means > middle + room).astype(np.int64) - (means < middle - room)
    sides = away[away != 0]
    return int(np.count_nonzero(np.diff(sides))) >= TURNS
