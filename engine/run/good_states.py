"""Which good state a run goes back to unless somebody names one: the same for all that choose or suggest."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

GOOD = frozenset({"healthy", "unknown"})
"""Verdicts of a state worth going back to: sound, or too young to be judged and without an alarm."""
AFTER = "after the alarm began"
"""Of a state that was kept before the alarm was raised, but not before it began."""
ALL_AFTER = f"every state kept is from {AFTER}"


class Kept(Protocol):
    """A state that training can go back to."""

    @property
    def step(self) -> int:
        """The last step that it has done."""
        ...

    @property
    def verdict(self) -> str:
        """What was known when it was kept."""
        ...


K = TypeVar("K", bound=Kept)


def good(states: Iterable[K]) -> list[K]:
    """Those in which nothing was wrong: others were asked for, and are only gone back to by their step."""
    return [one for one in states if one.verdict in GOOD]


def chosen(states: Iterable[K], since: float | None) -> K | None:
    """The newest good one from before that step; the oldest where all are later, None where there are none.

    ``states`` ascend; ``since`` is the first step at which any alarm that stands began, None where none does.
    """
    found = good(states)
    return next((one for one in reversed(found) if not is_after(one, since)), next(iter(found), None))


def is_after(state: Kept, since: float | None) -> bool:
    """Whether the trouble had begun in it."""
    return since is not None and state.step >= since
