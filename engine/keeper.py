"""A run's size: what is old is thinned as it goes on, and more than that where its folder nears a limit."""

from collections.abc import Callable, Iterator
from math import isfinite

from engine.run import deletion
from engine.run.events import Event, Facts, Mark
from engine.run.folder import RunFolder
from engine.run.store import Store
from engine.run.thinning import FRAMES, ROWS, Allowance

NEAR = 0.9
"""The share of the limit from which on more is thinned: there is always room for what comes next."""
LOOKS_APART = 8
"""Flushes between two looks at the size."""
IDLE_LOOKS = 2
"""Looks for which nothing was left to thin, before less is allowed; above the limit there is no waiting."""
_HALVINGS = 5
_CHECKPOINTS, _ALL = "only the newest checkpoints are kept", "nothing is left to thin"
_SAID = (
    *("older frames are kept further apart",) * _HALVINGS,
    *("older steps are kept in coarser rows",) * _HALVINGS,
    _CHECKPOINTS,
    _ALL,
)
"""What is thinned more at each pressure from 1 on, in that order."""
LEAST_CHECKPOINTS = _SAID.index(_CHECKPOINTS) + 1


class Keeper:
    """Keeps a run's folder below ``limit()`` bytes, from the recorder's thread, a little at each flush."""

    def __init__(self, run: RunFolder, store: Store, limit: Callable[[], float]) -> None:
        self._run = run
        self._store = store
        self._limit = limit
        self._pressure = 0
        self._known_limit = limit()
        self._raised = False
        """Whether somebody gave it more room since it was pressed."""
        self._flushes = self._idle = 0

    def tend(self, step: int, wall: float) -> Iterator[Event]:
        """Thin a little; now and then the size as facts, and a mark where the limit begins to bite.

        Raises StorageError where the run can't be written.
        """
        frames = min(self._pressure, _HALVINGS)
        rows = min(max(self._pressure - _HALVINGS, 0), _HALVINGS)
        if self._store.thin(Allowance(rows=ROWS >> rows, frames=FRAMES >> frames)):
            self._idle = 0
        if self._flushes % LOOKS_APART == 0:
            yield from self._look(step, wall)
        self._flushes += 1

    def _look(self, step: int, wall: float) -> Iterator[Event]:
        size = self._store.used() + self._others()
        self._idle += 1
        limit = self._limit()
        self._raised = self._raised or limit > self._known_limit
        if self._raised and size <= NEAR * limit and self._pressure:
            self._pressure, self._raised = 0, False
            text = f"{size / 1e6:.0f} of {limit / 1e6:.0f} MB: there is room again"
            yield Mark(step=step, wall=wall, kind="limit", text=text)
        self._known_limit = limit
        pressing = size > limit or (size > NEAR * limit and self._idle > IDLE_LOOKS)
        if pressing and self._pressure < len(_SAID):
            before = _SAID[self._pressure - 1] if self._pressure else ""
            self._pressure += 1
            self._idle = 0
            said = _SAID[self._pressure - 1]
            if said != before:
                text = f"{size / 1e6:.0f} of {limit / 1e6:.0f} MB: {said}"
                yield Mark(step=step, wall=wall, kind="limit", text=text)
        yield Facts(
            values={
                "size": size,
                "size_limit": int(limit) if isfinite(limit) else None,
                "pressure": self._pressure,
            }
        )

    def _others(self) -> int:
        """Bytes of all files but the database's: its log only grows while somebody looks at it for long."""
        return deletion.size(self._run) - deletion.size(self._run, "run.db*")
