"""Whether a log goes on where another ends, as one that was written after training was resumed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.logs.trainings import Held
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.bins import Ints

_GAP = 3
"""Of a log's usual pauses between rows, as many may be missing where it is continued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extent:
    """The first and the last step of a log, and the usual pause between its rows; 0 of a single row."""

    first: int
    last: int
    pause: float


class Continuations:
    """Compares where logs begin and end, and remembers it until they have grown."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, bool], tuple[int, _Extent | None]] = {}

    def __call__(self, one: Held, other: Held) -> bool:
        """Whether ``other`` goes on where ``one`` ends: with its series, after its last step.

        Trainings side by side overlap; one that begins anew has its first row no later than after a pause.
        """
        mine, new = one.content, other.content
        if mine.kind != new.kind or not new.has_losses or not new.series <= mine.series:
            return False
        begun, begins = self._extent(one, whole=False), self._extent(other, whole=False)
        if begun is None or begins is None or begins.first <= max(begun.first, 1, begins.pause):
            return False
        ended = self._extent(one, whole=True)
        return ended is not None and (
            ended.last <= begins.first <= ended.last + _GAP * max(ended.pause, begins.pause)
        )

    def _extent(self, held: Held, *, whole: bool) -> _Extent | None:
        """Of the whole log, or of its first megabytes; None where it has no rows yet."""
        try:
            size = held.path.stat().st_size
        except OSError:
            return None
        before, found = self._known.get((held.path, whole), (-1, None))
        if before != size and (whole or found is None or size >= 2 * before):
            found = _read(held, whole=whole)
            self._known[held.path, whole] = size, found
        return found


def _read(held: Held, *, whole: bool) -> _Extent | None:
    reader = held.parts[0].opened([], None)
    steps: Ints = np.zeros(0, dtype=np.int64)
    try:
        while batches := reader.poll(final=True):
            steps = _after(steps, batches)
            if not whole:
                break
    except UsageError:
        return None
    finally:
        reader.close()
    if not len(steps):
        return None
    pauses = np.diff(steps)
    return _Extent(
        first=int(steps[0]), last=int(steps[-1]), pause=float(np.median(pauses)) if len(pauses) else 0.0
    )


def _after(steps: Ints, batches: list[Batch]) -> Ints:
    """The steps that count after these batches, ascending."""
    for batch in batches:
        kept = steps if batch.back_to is None else steps[steps < batch.back_to]
        steps = np.union1d(kept, batch.steps)
    return steps
