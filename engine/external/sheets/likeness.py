"""How alike the tiles of one sheet are, without any real images to hold them against.

Both measures are free of scale: noise, blur and sharp images all give about 1 where they differ, so that what
is told is collapse, not quality.
"""

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

FEWEST = 9
"""Tiles that say anything."""
VARIETY, DISTINCT = 0.3, 0.2
"""Below these a sheet is of images that are alike; and below half of the sheets before."""
PATIENCE = 3
"""Sheets in a row."""
REMEMBERED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """``variety``: how far tiles are from one another, over how much each varies within itself.

    ``distinct``: how far a tile is from the nearest other one, over how far from the others. Both are about 0
    where tiles are the same, at most about 1.
    """

    variety: float
    distinct: float
    count: int


def measure(tiles: NDArray[np.generic]) -> Likeness | None:
    """Of tiles ``(n, channels, height, width)`` in any unit; None of fewer than FEWEST."""
    if len(tiles) < FEWEST:
        return None
    rows = tiles.reshape(len(tiles), -1).astype(np.float64)
    if not np.isfinite(rows).all():
        return None
    within = float(rows.std(1).mean())
    rows -= rows.mean(0)  # what they share makes no difference, and costs digits
    squares = (rows * rows).sum(1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0.0) / rows.shape[1])
    others = ~np.eye(len(rows), dtype=np.bool_)
    between = float(apart[others].mean())
    nearest = float(np.median(np.where(others, apart, np.inf).min(1)))
    return Likeness(
        variety=between / (2**0.5 * within) if within > 0 else 0.0,
        distinct=nearest / between if between > 0 else 0.0,
        count=len(tiles),
    )


class LikenessRule:
    """Sheet after sheet: tiles have become alike where both they and their own past say so."""

    def __init__(self) -> None:
        self._past: list[Likeness] = []
        self._low = 0

    def take(self, found: Likeness) -> str:
        """Take the next sheet's; a sentence where tiles are alike for some sheets now, else nothing."""
        before = [median(values) for values in self._columns()] if self._past else [0.0, 0.0]
        seen = (found.variety, VARIETY, before[0]), (found.distinct, DISTINCT, before[1])
        low = [now < bound and now < usual / 2 for now, bound, usual in seen]
        self._low = self._low + 1 if any(low) else 0
        if not any(low):
            self._past = [*self._past, found][-REMEMBERED:]
        if self._low < PATIENCE:
            return ""
        now, usual = seen[0][::2] if low[0] else seen[1][::2]
        what = "images of a sheet differ" if low[0] else "images of a sheet lie from their nearest"
        return (
            f"mode collapse: {what} {now / usual:.0%} of what they did, for {self._low} sheets of "
            f"{found.count}; measured among themselves, without real images"
        )

    def _columns(self) -> tuple[list[float], list[float]]:
        return [one.variety for one in self._past], [one.distinct for one in self._past]
