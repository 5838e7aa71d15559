"""A run's size: what is old is thinned as it goes on, and more than that where its folder nears a limit."""

from collections.abc import Callable, Iterator
from math import isfinite

from latentop.engine.run import deletion, plain_files
from latentop.engine.run.events import Event, Mark
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.thinning import FRAMES, ROWS, Allowance
from latentop.engine.run.store.writer import Store

NEAR = 0.9
"""The share of the limit from which on more is thinned: there is always room for what comes next."""
LONGEST_LOG = 4_000_000
"""Bytes that ``worker.log`` may have: networks of somebody's own may print at every step."""
LOOKS_APART = 8
"""Flushes between two looks at the size."""
IDLE_LOOKS = 2
"""Looks for which nothing was left to thin, before less is allowed; above the limit there is no waiting."""
HALVINGS = 5
"""How often the rows and frames that age leaves are halved, at most."""
LEAST_CHECKPOINTS = HALVINGS + 1
"""The pressure from which on only the newest checkpoints are kept, too."""
_SAID = {
    1: "older steps and frames are kept coarser",
    LEAST_CHECKPOINTS: "only the newest checkpoints are kept",
    LEAST_CHECKPOINTS + 1: "nothing is left to thin",
}
"""What is done from each pressure on."""


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
        halvings = min(self._pressure, HALVINGS)
        if self._store.thin(Allowance(rows=ROWS >> halvings, frames=FRAMES >> halvings)):
            self._idle = 0
        if self._flushes % LOOKS_APART == 0:
            yield from self._look(step, wall)
        self._flushes += 1

    def _look(self, step: int, wall: float) -> Iterator[Event]:
        plain_files.shorten(self._run.log, LONGEST_LOG)
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
        if pressing and self._pressure < max(_SAID):
            self._pressure += 1
            self._idle = 0
            if said := _SAID.get(self._pressure):
                text = f"{size / 1e6:.0f} of {limit / 1e6:.0f} MB: {said}"
                yield Mark(step=step, wall=wall, kind="limit", text=text)
        yield told(size=size, size_limit=int(limit) if isfinite(limit) else None, pressure=self._pressure)

    def _others(self) -> int:
        """Bytes of all files but the database's: its log only grows while somebody looks at it for long."""
        return deletion.size(self._run) - deletion.size(self._run, "run.db*")
