"""Which modes the samples show, by name, and since when one is gone. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from engine.run.facts import RunFacts
from engine.run.series import PRESENCE, PRESENT
from tui import selectors
from tui.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A mode and its share of the samples, relative to real data: 1 is as in real data, 0 is none.

    ``lost_since`` is the step of the first check in a row that misses it, None while it is there;
    ``seen`` says whether an earlier check found it.
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
    count = len(selectors.numbered(state, PRESENCE))
    known = state.facts.classes
    names = known if len(known) == count else [f"kind {place}" for place in range(1, count + 1)]
    return tuple(_mode(state, name, place) for place, name in enumerate(names, start=1))


def titles(facts: RunFacts, series: Collection[str]) -> dict[str, str]:
    """What to call each of the series: its name, or ``presence of Trouser`` where the run names its modes."""
    count = sum(name.startswith(PRESENCE) for name in series)
    known = facts.classes if len(facts.classes) == count else ()
    called = {f"{PRESENCE}{place}": f"presence of {name}" for place, name in enumerate(known, start=1)}
    return {name: called.get(name, name) for name in series}


def lost(found: tuple[Mode, ...]) -> tuple[Mode, ...]:
    """The modes that were there once and are gone."""
    return tuple(mode for mode in found if not mode.there and mode.seen)


def missing(found: tuple[Mode, ...]) -> tuple[Mode, ...]:
    """The modes that never came."""
    return tuple(mode for mode in found if not mode.there and not mode.seen)


def _mode(state: State, name: str, place: int) -> Mode:
    bins = state.series[f"{PRESENCE}{place}"]
    there = np.flatnonzero(bins.last >= PRESENT)
    newest = int(there[-1]) if len(there) else -1
    gone = newest + 1 < len(bins)
    return Mode(
        name=name,
        share=float(bins.last[-1]),
        lost_since=int(bins.step[newest + 1]) if gone else None,
        seen=len(there) > 0,
    )
