"""The course of one series, condensed as it grows: some thousand blocks, whatever its length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.store.bins import Floats, Ints

MOST_BLOCKS = 2048
"""Where there are more, neighbours become one; up to that many values each is a block of its own."""
HEAD = 8
"""First values that are held as they are."""
TAIL = 4096
"""Newest values that are held as they are."""
CHUNKS = 100
"""Of a long course: each chunk is a hundredth of it."""
MOST_DECIMALS = 9
"""Of a number that was printed for people; where a value has more, it was written in full."""
CALM, FEWEST = 9, 12
"""Blocks of a chunk, so that noise within it is calmed, where the course has so many for a dozen chunks."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Medians of even parts of a course ``(n,)``, oldest first, the step at which each begins, and the values
    in each."""

    levels: Floats
    steps: Ints
    values: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The newest chunks that are all of one kind: how many, of how many values together, and the step of the
    first; none is 0 of them."""

    chunks: int
    values: int
    since: int


class Course:
    """Finite values of a series at ascending steps; what isn't finite is left to another rule."""

    def __init__(self) -> None:
        self.count = 0
        """Values so far."""
        self.width = 1
        """Values of a block."""
        self.steps: Ints = np.empty(0, dtype=np.int64)
        """The first step of every block."""
        self.levels: Floats = np.empty(0)
        """The median of every block."""
        self.low: Floats = np.empty(0)
        self.high: Floats = np.empty(0)
        """The least and the largest value of every block."""
        self.head: Floats = np.empty(0)
        self.tail: Floats = np.empty(0)
        """The first values, and the newest ones."""
        self._left_steps: Ints = np.empty(0, dtype=np.int64)
        self._left: Floats = np.empty(0)
        self.last = -1
        """The newest step."""
        self._chunks: Chunks | None = None

    def add(self, steps: Ints, values: Floats) -> None:
        """Take values ``(n,)`` at steps ``(n,)`` that go on from those before."""
        sound = np.isfinite(values)
        if not sound.all():
            steps, values = steps[sound], values[sound]
        if not len(values):
            return
        self._chunks = None
        self.count += len(values)
        self.last = int(steps[-1])
        if len(self.head) < HEAD:
            self.head = np.concatenate([self.head, values])[:HEAD]
        self.tail = np.concatenate([self.tail, values])[-TAIL:]
        while len(values):
            room = (MOST_BLOCKS - len(self.levels)) * self.width - len(self._left)
            self._append(steps[:room], values[:room])
            steps, values = steps[room:], values[room:]
            if len(self.levels) == MOST_BLOCKS:
                self._halve()

    def back_to(self, step: int) -> None:
        """Forget what lies at this step and after it."""
        self._chunks = None
        kept = int(np.searchsorted(self.steps, step))
        whole = kept if kept == len(self.steps) or self.width == 1 else max(0, kept - 1)
        stays = self._left_steps < step if whole == len(self.steps) else np.zeros(len(self._left), np.bool_)
        self._left_steps, self._left = self._left_steps[stays], self._left[stays]
        for name in ("steps", "levels", "low", "high"):
            setattr(self, name, getattr(self, name)[:whole])
        self.count = whole * self.width + len(self._left)
        self.last = min(self.last, step - 1)
        self.head = self.head[: self.count]
        self.tail = self.levels[-TAIL:] if self.width == 1 else np.empty(0)

    def chunks(self) -> Chunks:
        """The course in even parts, aligned to its end; what is left over at its beginning is in none."""
        if self._chunks is None:
            self._chunks = self._cut()
        return self._chunks

    def finer(self, fewest: int) -> Chunks:
        """The course in at least so many even parts, where it has so many blocks: each is noisier."""
        return self._cut(len(self.levels) // fewest)

    def _cut(self, most: int = MOST_BLOCKS) -> Chunks:
        blocks = len(self.levels)
        size = max(1, min(CALM, blocks // FEWEST), blocks // CHUNKS)
        size += 1 - size % 2  # of an odd number the median is a value that was there
        size = max(1, min(size, most - 1 + most % 2))
        count = blocks // size
        begin = blocks - count * size
        levels = np.median(self.levels[begin:].reshape(count, size), axis=1)
        return Chunks(levels, self.steps[begin::size], size * self.width)

    def fell_below(self, level: float, since: int) -> int:
        """The step at which it fell below a level, near the beginning of the chunk that begins at ``since``.

        That is where the fewest blocks of this chunk and the one before it lie on the wrong side.
        """
        size = self.chunks().values // self.width
        at = int(np.searchsorted(self.steps, since))
        begin, end = max(0, at - size), min(len(self.levels), at + size)
        below = self.levels[begin:end] < level
        wrong = np.append(0, np.cumsum(below)) + np.append(np.cumsum(~below[::-1])[::-1], 0)
        return int(self.steps[min(begin + int(wrong.argmin()), len(self.steps) - 1)])

    @property
    def printed_unit(self) -> float:
        """What the last digit of its values counts, as far as they were printed: 1e-4 of ``0.0231``.

        0 where they were written in full.
        """
        values = np.concatenate([self.head, self.tail])
        with np.errstate(over="ignore", invalid="ignore"):
            for decimals in range(MOST_DECIMALS + 1):
                if np.allclose(values, np.round(values, decimals), rtol=1e-12, atol=0):
                    return float(10.0**-decimals)
        return 0.0

    def between(self, first: int, last: int) -> Floats:
        """The blocks' medians from one step to another, both included."""
        begin, end = np.searchsorted(self.steps, [first, last + 1])
        return self.levels[begin:end]

    @property
    def first(self) -> int:
        """The step at which it begins; -1 before that."""
        begins = self.steps if len(self.steps) else self._left_steps
        return int(begins[0]) if len(begins) else -1

    def _append(self, steps: Ints, values: Floats) -> None:
        steps, values = np.concatenate([self._left_steps, steps]), np.concatenate([self._left, values])
        whole = len(values) // self.width * self.width
        blocks = values[:whole].reshape(-1, self.width)
        self._left_steps, self._left = steps[whole:], values[whole:]
        self.steps = np.concatenate([self.steps, steps[: whole : self.width]])
        self.levels = np.concatenate([self.levels, np.median(blocks, axis=1)])
        self.low = np.concatenate([self.low, blocks.min(axis=1)])
        self.high = np.concatenate([self.high, blocks.max(axis=1)])

    def _halve(self) -> None:
        self.width *= 2
        self.steps = self.steps[::2]
        self.levels = self.levels.reshape(-1, 2).mean(axis=1)
        self.low = self.low.reshape(-1, 2).min(axis=1)
        self.high = self.high.reshape(-1, 2).max(axis=1)


def newest(chunks: Chunks, kind: NDArray[np.bool_]) -> Stretch:
    """The newest stretch of chunks that are all of a kind ``(n,)``."""
    others = np.flatnonzero(~kind)
    begin = int(others[-1]) + 1 if len(others) else 0
    count = len(kind) - begin
    return Stretch(count, count * chunks.values, int(chunks.steps[begin]) if count else -1)
