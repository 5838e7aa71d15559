"""The last few thousand steps' values of every series: what all signs of trouble are read from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIZE = 8192
"""Steps that are remembered: four turns of a cycle of two thousand steps, and 128 KiB a series."""


class _Tail:
    """The end of a growing array; it moves what it holds only once in ``room`` values."""

    def __init__(self, room: int, dtype: type[np.generic]) -> None:
        self._room = room
        self._buffer = np.empty(2 * room, dtype)
        self._start = self._end = 0

    @property
    def held(self) -> NDArray[Any]:
        """What is held, oldest first: a view, good until the next ``add``."""
        return self._buffer[self._start : self._end]

    def add(self, values: NDArray[Any]) -> None:
        """Append ``(n,)`` and let go of the oldest; a block longer than the room is held whole."""
        if self._end + len(values) > len(self._buffer):
            kept = self.held[-self._room :].copy()
            if len(kept) + len(values) > len(self._buffer):
                self._buffer = np.empty(len(kept) + len(values), self._buffer.dtype)
            self._buffer[: len(kept)] = kept
            self._start, self._end = 0, len(kept)
        self._buffer[self._end : self._end + len(values)] = values
        self._end += len(values)
        self._start = max(self._start, self._end - max(self._room, len(values)))


class Recent:
    """A window over the run's newest steps, ``size`` of them, or the newest block where that is longer.

    Series come and go between phases of training. One that is not among the values of the newest step is
    gone; one that began lately is shorter than ``steps`` and ends with them. A step back is a rollback, after
    which nothing of before is held.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._steps = _Tail(size, np.int64)
        self._series: dict[str, _Tail] = {}

    @property
    def steps(self) -> NDArray[np.int64]:
        """``(n,)``, ascending."""
        return self._steps.held

    @property
    def last(self) -> int:
        """The newest step; -1 before the first."""
        return int(self.steps[-1]) if len(self.steps) else -1

    @property
    def names(self) -> tuple[str, ...]:
        """The series that the newest step has a value of."""
        return tuple(self._series)

    def __contains__(self, name: str) -> bool:
        return name in self._series

    def values(self, name: str) -> NDArray[np.float64]:
        """The series' values ``(m,)`` at the last m of ``steps``; none where there is no such series."""
        return self._series[name].held if name in self._series else np.empty(0)

    def latest(self, name: str, count: int) -> NDArray[np.float64] | None:
        """The series' last ``count`` values; None where it has fewer, or one of them is not finite."""
        found = self.values(name)[-count:]
        return found if len(found) == count and np.isfinite(found).all() else None

    def extend(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]]) -> None:
        """Take the values ``(n,)`` of each series at the steps ``(n,)``, which ascend.

        Raises ValueError where a series has another length than ``steps``.
        """
        if any(len(series) != len(steps) for series in values.values()):
            raise ValueError("every series needs one value a step")
        if len(steps) == 0:
            return
        if steps[0] <= self.last:
            self._steps, self._series = _Tail(self._size, np.int64), {}
        self._steps.add(steps)
        self._series = {name: self._series.get(name) or _Tail(self._size, np.float64) for name in values}
        for name, series in values.items():
            self._series[name].add(series)

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps: arrays, for there are so many numbers."""
        values = {name: tail.held.copy() for name, tail in self._series.items()}
        return {"steps": self.steps.copy(), "values": values}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``, or from such a state whose arrays have become tensors, or lists."""
        self._steps = self._filled(state["steps"], np.int64)
        self._series = {name: self._filled(held, np.float64) for name, held in state["values"].items()}

    def _filled(self, held: ArrayLike, dtype: type[np.generic]) -> _Tail:
        tail = _Tail(self._size, dtype)
        tail.add(np.asarray(held, dtype))
        return tail
