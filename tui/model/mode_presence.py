"""Which modes the samples show, by name, and since when one is gone. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.series import BACK, PRESENCE, PRESENT
from latentop.tui.model import derived
from latentop.tui.model.state import State

DUPLICATES, DISTINCT = "diversity/duplicates", "diversity/distinct"
"""The name that a run records, and what it is called: more of it is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A mode and its share of the samples, relative to real data: 1 is as in real data, 0 is none.

    ``lost_since`` is the step of the first check in a row that misses it, None while it is there;
    ``seen`` says whether an earlier check clearly found it: the watch calls no other one lost.
    """

    name: str
    share: float
    lost_since: int | None = None
    seen: bool = True

    @property
    def there(self) -> bool:
        """Whether the newest check found it."""
        return self.lost_since is None


def modes(state: State) -> tuple[Mode, ...]:
    """All modes in the order of the data; none where presence was not recorded."""
    recorded = [f"{PRESENCE}{place}" for place in range(1, len(derived.numbered(state, PRESENCE)) + 1)]
    called = names(state.facts, recorded)
    return tuple(_mode(state, name, called[name]) for name in recorded)


def names(facts: RunFacts, series: Collection[str]) -> dict[str, str]:
    """What each series of a presence is of: ``{"presence/2": "Trouser"}``.

    Places count from 1, in the order of the data's classes, whatever these are called: of digits
    ``presence/1`` is of ``0``. Where nobody named them they are ``mode 1`` and so on.
    """
    recorded = [name for name in series if name.startswith(PRESENCE)]
    known = _known(facts, len(recorded))
    places = {f"{PRESENCE}{place}": name for place, name in enumerate(known, start=1)}
    return {name: places.get(name, f"mode {name.removeprefix(PRESENCE)}") for name in recorded}


def titles(facts: RunFacts, series: Collection[str]) -> dict[str, str]:
    """What to call each of the series: its name, mostly; ``presence of Trouser`` where a run names modes.

    Where it names none they have numbers: ``presence of mode 3``.
    """
    called = {name: f"presence of {mode}" for name, mode in names(facts, series).items()}
    called[DUPLICATES] = DISTINCT
    return {name: called.get(name, name) for name in series}


def _known(facts: RunFacts, count: int) -> tuple[str, ...]:
    """The names of so many modes; those of older runs are the data's classes, if there are as many."""
    return next((names for names in (facts.mode_names, facts.classes) if len(names) == count), ())


def points(state: State) -> bool:
    """Whether the samples are points of a mixture whose modes are counted exactly."""
    return "diversity/reverse-kl" in state.series


def lost(found: tuple[Mode, ...]) -> tuple[Mode, ...]:
    """The modes that were there once and are gone."""
    return tuple(mode for mode in found if not mode.there and mode.seen)


def lost_names(state: State) -> tuple[str, ...]:
    """The names of the modes that are gone, with those of an alarm, as a fork's from its parent.

    What an alarm has named is not lost any more where the newest check finds it.
    """
    found = modes(state)
    back = {mode.name for mode in found if mode.there}
    told = (name for name in derived.lost_classes(state) if name not in back)
    return tuple(dict.fromkeys((*(mode.name for mode in lost(found)), *told)))


def missing(state: State) -> tuple[str, ...]:
    """The names of the modes that never came, and of which no alarm says that they are lost."""
    known = lost_names(state)
    return tuple(mode.name for mode in modes(state) if not mode.there and mode.name not in known)


def _mode(state: State, recorded: str, name: str) -> Mode:
    bins = state.series[recorded]
    there = np.flatnonzero(bins.last >= PRESENT)
    newest = int(there[-1]) if len(there) else -1
    gone = newest + 1 < len(bins)
    return Mode(
        name=name,
        share=float(bins.last[-1]),
        lost_since=int(bins.step[newest + 1]) if gone else None,
        seen=bool((bins.last > BACK).any()),
    )
