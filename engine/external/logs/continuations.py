"""Which logs go on where others end, as those that were written after training was resumed."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from latentop.engine.external.logs.content import Content
from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.logs.trainings import Held, Training
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.bins import Ints

_PIECES = ("json", "table", "text")
"""Kinds that a resumed training may go on with in another file."""
_GAP = 3
"""Of a log's usual pauses between rows, as many may be missing where it is continued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extent:
    """The first and the last step of a log, and the usual pause between its rows; 0 of a single row."""

    first: int
    last: int
    pause: float


@dataclass(frozen=True, slots=True)
class _Form:
    """What the pieces of one training have in common."""

    kind: str
    epochs: bool
    series: frozenset[str]

    @classmethod
    def of(cls, content: Content) -> "_Form":
        return cls(content.kind, content.epochs, content.series)

    def takes(self, later: "_Form") -> bool:
        """Whether a log of this form may go on in one of another: with no other series."""
        return (self.kind, self.epochs) == (later.kind, later.epochs) and later.series <= self.series


@dataclass(frozen=True, slots=True)
class _Piece:
    """A training of a single log; ``extent`` is that of its first megabytes, or of all of it."""

    training: Training
    form: _Form
    extent: _Extent


def joined(found: Sequence[Training]) -> list[Training]:
    """The trainings of a folder, those put together that go on where one other ends, and no other does.

    One goes on where another ends that begins with its next step, or a few rows later, and has its series.
    Trainings side by side overlap; one that begins anew has its first row no later than after a pause.
    """
    pairs = _pairs(found)
    before, after = Counter(id(one) for one, _ in pairs), Counter(id(one) for _, one in pairs)
    next_of = {id(one): new for one, new in pairs if before[id(one)] == after[id(new)] == 1}
    later = {id(one) for one in next_of.values()}
    for one in found:
        new = next_of.get(id(one)) if id(one) not in later else None
        while new is not None:
            one.continued += new.held
            one.told_twice += new.told_twice
            one.unjudged += new.unjudged
            new = next_of.get(id(new))
    return [one for one in found if id(one) not in later]


def _pairs(found: Sequence[Training]) -> list[tuple[Training, Training]]:
    """Of every two that may be one the earlier and the later; only what begins late is compared."""
    alone = [one for one in found if _may_be_piece(one)]
    if len(alone) < 2:
        return []
    begun = [
        _Piece(one, _Form.of(one.held[0].content), extent)
        for one in alone
        if (extent := _extent(one.held[0], whole=False)) is not None
    ]
    late = [one for one in begun if one.extent.first > max(1, one.extent.pause)]
    forms = {one.form for one in late}
    ended = [
        _Piece(one.training, one.form, extent)
        for one in begun
        if any(one.form.takes(form) for form in forms)
        if (extent := _extent(one.training.held[0], whole=True)) is not None
    ]
    ended.sort(key=lambda one: one.extent.last)
    lasts = [one.extent.last for one in ended]
    return [
        (one.training, new.training)
        for new in late
        for one in ended[: bisect_right(lasts, new.extent.first)]
        if one.extent.first
        < new.extent.first
        <= one.extent.last + _GAP * max(one.extent.pause, new.extent.pause)
        if one.form.takes(new.form)
    ]


def _may_be_piece(one: Training) -> bool:
    content = one.held[0].content
    return len(one.held) == 1 and content.kind in _PIECES and content.has_losses


def _extent(held: Held, *, whole: bool) -> _Extent | None:
    """Of the whole log, or of its first megabytes; None where it has no rows, or can't be read."""
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
