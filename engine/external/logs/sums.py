"""Series that are sums of columns, where the columns may come in different rows, files, or looks."""

from dataclasses import dataclass, field

import numpy as np

from latentop.engine.external.logs.columns_wanted import Formula
from latentop.engine.external.logs.rows import Rows
from latentop.engine.run.store.bins import Floats, Ints

_MOST = 1_000_000
"""Values that wait."""


@dataclass(slots=True)
class _Waiting:
    """Values of a column that have no partner yet."""

    steps: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    values: Floats = field(default_factory=lambda: np.empty(0))


class Sum:
    """A formula over columns, worked out at steps where each of them has a value."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self._waiting = {column: _Waiting() for _, column in formula.terms}

    def back_to(self, step: int) -> None:
        """What waits from this step on counts no more."""
        for one in self._waiting.values():
            kept = one.steps < step
            one.steps, one.values = one.steps[kept], one.values[kept]

    def take(self, rows: dict[str, Rows]) -> Rows | None:
        """The values that new rows of the columns make; None where they make none."""
        parts = [rows.get(column) for _, column in self.formula.terms]
        first = parts[0]
        if first is None and all(part is None for part in parts):
            return None
        shared = first is not None and all(
            part is not None and (part.steps is first.steps or np.array_equal(part.steps, first.steps))
            for part in parts
        )
        if shared and first is not None and not any(len(one.steps) for one in self._waiting.values()):
            values = self._total([part.values for part in parts if part is not None])
            return Rows(name=self.formula.series, steps=first.steps, walls=first.walls, values=values)
        return self._matched(parts)

    def _matched(self, parts: list[Rows | None]) -> Rows | None:
        """Of steps that all have by now; of several values at a step the last one."""
        for part, one in zip(parts, self._waiting.values(), strict=True):
            if part is not None:
                one.steps = np.concatenate([one.steps, part.steps])[-_MOST:]
                one.values = np.concatenate([one.values, part.values])[-_MOST:]
        common: Ints | None = None
        for one in self._waiting.values():
            common = one.steps if common is None else np.intersect1d(common, one.steps)
        if common is None or not len(common := np.unique(common)):
            return None
        found = []
        for one in self._waiting.values():
            order = np.argsort(one.steps, kind="stable")
            steps = one.steps[order]
            found.append(one.values[order][np.searchsorted(steps, common, side="right") - 1])
            later = one.steps > common[-1]
            one.steps, one.values = one.steps[later], one.values[later]
        return Rows(name=self.formula.series, steps=common, walls=None, values=self._total(found))

    def _total(self, values: list[Floats]) -> Floats:
        total = np.full(len(values[0]), self.formula.constant)
        with np.errstate(invalid="ignore", over="ignore"):
            for (times, _), one in zip(self.formula.terms, values, strict=True):
                total = total + times * one
        return total
