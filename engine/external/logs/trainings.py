"""Which logs of one folder tell of one training, and which of others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import pairwise
from pathlib import Path

from latentop.engine.external.logs.content import Content
from latentop.engine.external.logs.continued_log import ContinuedLog
from latentop.engine.external.logs.log_feed import Part
from latentop.engine.external.logs.near_names import listed, short
from latentop.engine.external.logs.rows import LogReader
from latentop.engine.external.series_names import is_judged

_BEST = ("json", "series", "mlflow", "events", "trackio", "wandb", "table", "document", "text")
"""Kinds of logs in the order in which they are read, those that may hold losses first."""
_SPLIT = ("json", "series", "mlflow", "table", "text")
"""Kinds of which one training may write several files, each with names of its own."""
_WHOLE = ({"loss/total"}, {"loss/reconstruction"}, {"loss/generator", "loss/discriminator"})
"""Losses that make a training by themselves."""


@dataclass(frozen=True, slots=True)
class Held:
    """A log in a folder: the file, or the folder of event files, what it holds, and its parts."""

    path: Path
    content: Content
    parts: tuple[Part, ...]


Twin = Callable[[Held], tuple[int, Held] | None]
"""Says of a log the first that holds the same values, and the place of its training."""


@dataclass(slots=True)
class Training:
    """The logs of one training, and the names of files that are not read with them."""

    held: list[Held]
    told_twice: list[tuple[str, str]] = field(default_factory=list)
    """They hold the same values as the one named second."""
    unjudged: list[str] = field(default_factory=list)
    """They hold nothing that a training is judged by."""
    continued: list[Held] = field(default_factory=list)
    """Logs that go on where the ones before end, in their order."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should hear about files that are not read."""
        names = [one.path.name for one in (*self.held[-1:], *self.continued)]
        joined = [f"{later} goes on where {one} ends: one training" for one, later in pairwise(names)]
        why = [
            (f"it tells the same as {short(other)}", [one for one, its in self.told_twice if its == other])
            for other in dict.fromkeys(other for _, other in self.told_twice)
        ]
        why.append(("it tells nothing to judge", self.unjudged))
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

    @property
    def form(self) -> "_Form":
        """What it depends on, which logs are taken."""
        contents = [one.content for one in self.held]
        return _Form(
            kind=contents[0].kind,
            epochs=contents[0].epochs,
            series=frozenset[str]().union(*(one.series for one in contents)),
            has_losses=any(one.has_losses for one in contents),
            known=all(one.names for one in contents),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Of a training: the kind of its first log and whether that counts epochs, and what all of its logs tell.

    ``known`` says that the names in all of them are.
    """

    kind: str
    epochs: bool
    series: frozenset[str]
    has_losses: bool
    known: bool

    def may_take(self, new: Content) -> bool:
        """Whether a log tells only what the others do not, and is no training by itself beside them.

        What has losses goes to none of which nobody knows what it tells.
        """
        apart = new.kind not in ("series", "mlflow") and _is_whole(new.series) and _is_whole(self.series)
        twice = new.kind == "text" and new.has_losses and self.has_losses
        dark = new.has_losses and not self.known
        return bool(new.names) and not (new.series & self.series or apart or twice or dark)


class _Found:
    """The trainings so far, in their order. Of many that are of one form, the first is asked for all."""

    def __init__(self) -> None:
        self.every: list[Training] = []
        self._places: dict[_Form, list[int]] = {}
        """Heaps of their places."""

    def add(self, one: Held) -> None:
        """Let a log be a training by itself."""
        self.every.append(Training([one]))
        self._remember(len(self.every) - 1)

    def first(self, takes: Callable[[_Form], bool]) -> int | None:
        """The place of the first that takes a log, by its form."""
        return min((places[0] for form, places in self._places.items() if takes(form)), default=None)

    def put(self, one: Held, place: int) -> None:
        """Put a log to the first training of some form, which is at this place."""
        training = self.every[place]
        places = self._places[training.form]
        heappop(places)
        if not places:
            del self._places[training.form]
        training.held.append(one)
        self._remember(place)

    def _remember(self, place: int) -> None:
        heappush(self._places.setdefault(self.every[place].form, []), place)


def trainings(held: Sequence[Held], same: Callable[[Sequence[Sequence[Held]]], Twin]) -> list[Training]:
    """The trainings that the logs of one folder tell of; ``same`` finds twins among the logs of some.

    Logs of one kind with names of their own are one training; of another kind they are so where nothing
    else lies there. A log is left out only where its values are read already, or tell nothing to judge.
    """
    with_losses = {one.content.kind for one in held if one.content.may_have_losses}
    found = _Found()
    for kind in sorted(
        {one.content.kind for one in held}, key=lambda kind: (kind not in with_losses, _BEST.index(kind))
    ):
        before = [*found.every]
        twin = same([training.held for training in before])
        for one in held:
            if one.content.kind == kind and not _finds_place(one, found, before, twin):
                found.add(one)
    return found.every


def _finds_place(one: Held, found: _Found, before: Sequence[Training], twin: Twin) -> bool:
    """Put a log to one of the trainings ``found``, of which those ``before`` are of other kinds."""
    new = one.content

    def takes(form: _Form) -> bool:
        alike = new.kind == form.kind in _SPLIT
        only = len(before) == 1 and form == before[0].form and new.epochs == form.epochs
        return (alike or only) and form.may_take(new)

    if (place := found.first(takes)) is not None:
        found.put(one, place)
        return True
    if (told := twin(one)) is not None:
        place, other = told
        before[place].told_twice.append((one.path.name, other.path.name))
        return True
    if len(before) == 1 and new.names and not any(map(is_judged, new.series)):
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
