"""Which logs of one folder tell of one training, and which of others."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

from latentop.engine.external.logs.content import Content
from latentop.engine.external.logs.continued_log import ContinuedLog
from latentop.engine.external.logs.log import is_judged
from latentop.engine.external.logs.log_feed import Part
from latentop.engine.external.logs.near_names import listed
from latentop.engine.external.logs.rows import LogReader

_BEST = ("json", "series", "events", "trackio", "wandb", "table", "document", "text")
"""Kinds of logs in the order in which they are read, those that may hold losses first."""
_SPLIT = ("json", "series", "table", "text")
"""Kinds of which one training may write several files, each with names of its own."""
_WHOLE = ({"loss/total"}, {"loss/reconstruction"}, {"loss/generator", "loss/discriminator"})
"""Losses that make a training by themselves."""


@dataclass(frozen=True, slots=True)
class Held:
    """A log in a folder: the file, or the folder of event files, what it holds, and its parts."""

    path: Path
    content: Content
    parts: tuple[Part, ...]


@dataclass(slots=True)
class Training:
    """The logs of one training, and the names of files that are not read with them."""

    held: list[Held]
    told_twice: list[str] = field(default_factory=list)
    """They hold the same values."""
    unjudged: list[str] = field(default_factory=list)
    """They hold nothing that a training is judged by."""
    continued: list[Held] = field(default_factory=list)
    """Logs that go on where the ones before end, in their order."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should hear about files that are not read."""
        names = [one.path.name for one in (*self.held[-1:], *self.continued)]
        joined = [f"{later} goes on where {one} ends: one training" for one, later in pairwise(names)]
        why = (("it tells the same", self.told_twice), ("it tells nothing to judge", self.unjudged))
        left_out = [
            f"not read, for {words}: {listed(list(dict.fromkeys(names)))}" for words, names in why if names
        ]
        return (*joined, *left_out)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is read of it; logs that go on where others end are one part."""
        found = tuple(part for one in (*self.held, *self.continued) for part in one.parts)
        return (Part(found[0].key, partial(_continued, found)),) if self.continued else found

    @property
    def first(self) -> Held:
        """The log with the losses: it names the training."""
        return next((one for one in self.held if one.content.has_losses), self.held[0])

    def may_take(self, one: Held) -> bool:
        """Whether a log tells only what the others do not, and is no training by itself beside them.

        What has losses goes to none of which nobody knows what it tells.
        """
        series = frozenset[str]().union(*(other.content.series for other in self.held))
        new = one.content
        apart = new.kind != "series" and _is_whole(new.series) and _is_whole(series)
        twice = new.kind == "text" and new.has_losses and any(text.content.has_losses for text in self.held)
        dark = new.has_losses and not all(other.content.names for other in self.held)
        return bool(new.names) and not (new.series & series or apart or twice or dark)


def trainings(held: Sequence[Held], same: Callable[[Held, Held], bool]) -> list[Training]:
    """The trainings that the logs of one folder tell of; ``same`` says whether two hold the same values.

    Logs of one kind with names of their own are one training; of another kind they are so where nothing
    else lies there. A log is left out only where its values are read already, or tell nothing to judge.
    """
    with_losses = {one.content.kind for one in held if one.content.may_have_losses}
    found: list[Training] = []
    for kind in sorted(
        {one.content.kind for one in held}, key=lambda kind: (kind not in with_losses, _BEST.index(kind))
    ):
        before = [*found]
        for one in held:
            if one.content.kind == kind and not _finds_place(one, found, before, same):
                found.append(Training([one]))
    return found


def _finds_place(
    one: Held, found: Iterable[Training], before: Sequence[Training], same: Callable[[Held, Held], bool]
) -> bool:
    """Put a log to one of the trainings ``found``, of which those ``before`` are of other kinds."""
    for training in found:
        alike = one.content.kind == training.held[0].content.kind in _SPLIT
        only = [training] == before and one.content.epochs == training.held[0].content.epochs
        if (alike or only) and training.may_take(one):
            training.held.append(one)
            return True
    for training in before:
        if any(same(one, other) for other in training.held):
            training.told_twice.append(one.path.name)
            return True
    if len(before) == 1 and one.content.names and not any(map(is_judged, one.content.series)):
        before[0].unjudged.append(one.path.name)
        return True
    return False


def _is_whole(series: frozenset[str]) -> bool:
    """Whether these losses make a training; of one GAN of several, or in parts, they do, too."""
    plain = {name.split("-")[0] for name in series}
    return any(losses <= plain for losses in _WHOLE)


def _continued(parts: Sequence[Part], notes: list[str], step: str | None) -> LogReader:
    """The parts one after the other; ``notes`` and ``step`` are those of :class:`Part`."""
    return ContinuedLog([part.opened(notes, step) for part in parts])
