"""Counters that begin anew every epoch, made to grow over the whole log."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.store.bins import Floats, Ints

_MOST_EPOCHS = 100_000
_DISORDER = 0.05
"""Share of rows that may fall back to anywhere; where more do, rows are out of order, and nothing grows."""
_FEW = 3


class EpochCounts:
    """Remembers where each epoch began, so that one that is repeated after a resume has its old steps.

    Without an epoch's number, a counter that falls back to where it began has begun its next epoch; one that
    falls elsewhere, or falls where the log begins anew, was resumed: its steps fall, too. One that is as high
    as before in the next row has only lagged behind.
    """

    def __init__(self, note: Callable[[str], object]) -> None:
        self._note = note
        self._count = self._epoch = np.nan
        self._first = self._gap = np.nan
        self._base = 0.0
        self._longest = 0.0
        """How far the counter came in an epoch."""
        self._bases: dict[float, float] = {}
        self._inner = False
        self._nameless = True
        """Whether epochs have no numbers."""

    def grown(self, fine: Floats, coarse: Floats | None, total: Floats | None, anew: Ints) -> Ints:
        """Steps of rows (n,) with these counts, epochs, ends of counts, and rows that begin anew.

        All are finite, but ``total`` where it isn't known.
        """
        if not len(fine):
            return np.empty(0, dtype=np.int64)
        self._nameless = coarse is None
        epochs = np.zeros(len(fine)) if coarse is None else coarse
        marked = set(anew[anew < len(fine)].tolist())
        if np.isnan(self._first):
            marked.discard(0)
            self._first, self._count, self._epoch = fine[0], fine[0], epochs[0]
            self._start(float(fine[0]), float(epochs[0]), total, coarse is not None)
        before = np.concatenate([[self._count], fine[:-1]])
        falls: NDArray[np.bool_] = fine < before
        falls[[*marked]] |= (fine == before)[[*marked]]
        turns = falls | (np.diff(epochs, prepend=self._epoch) != 0)
        self._learn_gap(fine)
        orderly = self._orderly(fine, falls, coarse is not None)
        begins = np.flatnonzero(turns)
        bases = [self._base]
        end = 0
        for begin in begins.tolist() if orderly else ():
            if begin > end:
                self._longest = max(self._longest, float(fine[end:begin].max()))
            end = begin
            here = np.nan if total is None else float(total[begin])
            lags = begin + 1 < len(fine) and bool(fine[begin + 1] >= before[begin])
            if not lags or coarse is not None or begin in marked:
                count, epoch = float(fine[begin]), float(epochs[begin])
                self._turn(float(before[begin]), count, epoch, here, begin in marked)
            bases.append(self._base)
        self._longest = max(self._longest, float(fine[end:].max()))
        self._count, self._epoch = float(fine[-1]), float(epochs[-1])
        lengths = np.diff(np.concatenate([[0], begins, [len(fine)]])) if orderly else np.array([len(fine)])
        steps: Ints = (fine + np.repeat(bases, lengths)).astype(np.int64)
        return steps

    def _start(self, count: float, epoch: float, total: Floats | None, epochs: bool) -> None:
        """A log that begins in the middle of a training, where the length of an epoch is known."""
        if epochs and total is not None and np.isfinite(total[0]) and epoch > 1 and count <= total[0]:
            self._base = epoch * float(total[0])
        if epochs:
            self._bases[epoch] = self._base

    def _learn_gap(self, fine: Floats) -> None:
        rises = np.diff(fine)
        rises = rises[rises > 0]
        if len(rises):
            self._gap = float(np.median(rises))

    def _orderly(self, fine: Floats, falls: NDArray[np.bool_], epochs: bool) -> bool:
        """Whether falls are those of epochs and of resumes, not of rows that were shuffled."""
        if epochs:
            return True
        elsewhere = int((falls & ~self._at_start(fine)).sum())
        return elsewhere <= max(_FEW, _DISORDER * len(fine))

    def _at_start(self, count: Floats) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = np.abs(count - self._first) <= np.nan_to_num(self._gap)
        return near

    def _turn(self, before: float, count: float, epoch: float, total: float, marked: bool) -> None:
        """At a row where the count falls, or the epoch changes: where its epoch begins."""
        if epoch == self._epoch:
            if marked:
                self._base = self._base if self._inner else 0.0
            elif (
                self._nameless
                and count < before
                and self._ends(before, total)
                and self._at_start(np.array(count))
            ):
                self._note("what counts the steps begins anew, as in a next epoch: it goes on growing")
                self._base += self._length(count, total)
        elif epoch > self._epoch:
            self._inner = self._inner or count <= before
            if self._inner:
                ahead = self._base + self._length(count, total) * (epoch - self._epoch)
                self._base = self._bases.get(epoch, ahead)
        elif self._inner:
            back = self._base - self._length(count, total) * (self._epoch - epoch)
            self._base = self._bases.get(epoch, max(back, 0.0))
        self._epoch = epoch
        if len(self._bases) < _MOST_EPOCHS:
            self._bases[epoch] = self._base

    def _ends(self, count: float, total: float) -> bool:
        """Whether a count is near the end of an epoch, as far as that is known."""
        return bool(np.isnan(total) or count + 2 * np.nan_to_num(self._gap) >= total - 1)

    def _length(self, first: float, total: float) -> float:
        """Counts of an epoch, so that the first count of the next one comes after the last of this one."""
        if np.isfinite(total) and total >= self._longest:
            return total
        gap = 1.0 if np.isnan(self._gap) else self._gap
        return self._longest + max(gap - first, 0.0)
