"""From events to the store, off the training thread. What can't be written yet is kept, never dropped."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf

import numpy as np

from latentop.engine.record.host_copy import Column, gather, on_host
from latentop.engine.record.size_limit import Keeper
from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import (
    AlarmCleared,
    AlarmRaised,
    Event,
    Facts,
    Frame,
    Mark,
    Rewind,
    Saved,
    Scalars,
    Verdict,
)
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.bins import Bins, after, from_values, group, join, until
from latentop.engine.run.store.writer import Store

log = logging.getLogger("latentop")

FLUSH_SECONDS = 0.25
SYNC_SECONDS = 0.005
BINS_PER_FLUSH = 64
BALLAST_BYTES = 256 * 1024


class Recorder(threading.Thread):
    """Writes what it is given a few times a second, each time in one transaction.

    ``pulse`` gives the facts that go with every flush, such as the heartbeat. ``trouble`` is the StorageError
    that keeps it from writing, or None; it tries again at every flush. ``limit`` gives the bytes that the
    run's folder may take now. ``alone``: only the thread that trains may use its device, as on MPS, where two
    of them end the process; then ``put`` brings values to the host, a few times a second. ``every``: seconds
    between two flushes that nobody asks for.
    """

    def __init__(
        self,
        run: RunFolder,
        pulse: Callable[[], Facts],
        *,
        limit: Callable[[], float] = lambda: inf,
        alone: bool = False,
        every: float = FLUSH_SECONDS,
    ) -> None:
        super().__init__(name="recorder", daemon=True)
        self.trouble: StorageError | None = None
        self._store = Store(run.database)
        self._keeper = Keeper(run, self._store, limit)
        self._pulse = pulse
        self._every = every
        self._step, self._wall = 0, 0.0
        self._events: deque[Event] = deque()
        self._alone = alone
        self._on_device: list[Scalars] = []
        self._fetched = time.monotonic()
        self._bins: dict[str, Bins] = {}
        self._kept: list[Event] = []
        self._back_to: int | None = None
        self._flushing = False
        self._standing: dict[str, object] = {"state": "running", "detail": ""}
        self._broken: Exception | None = None
        self._wake = threading.Event()
        self._closing = False
        self._ballast = run.path / "ballast"
        self._fill_ballast()

    def put(self, event: Event) -> None:
        """Take an event. Costs the training thread about a microsecond.

        Raises what ended the recorder, if anything did: nobody trains on with nothing recorded.
        """
        if self._broken:
            raise self._broken
        if self._alone and isinstance(event, Scalars):
            self._on_device.append(event)
            if time.monotonic() < self._fetched + FLUSH_SECONDS:
                return
            self._fetch()
            return
        self._fetch()
        self._events.append(event)

    def _fetch(self) -> None:
        """Bring to the host what ``put`` has held back; in the thread that trains."""
        if self._on_device:
            held, self._on_device = self._on_device, []
            self._events += on_host(held)
            self._fetched = time.monotonic()

    @property
    def idle(self) -> bool:
        """Whether all that was put is written. Raises what ended the recorder, if anything did."""
        if self._broken:
            raise self._broken
        return not (self._events or self._flushing or self._kept or self._bins or self._back_to is not None)

    def sync(self) -> None:
        """Return when all that was put is written, or can't be for now."""
        self._fetch()
        while not (self.idle or self.trouble):
            self._wake.set()
            time.sleep(SYNC_SECONDS)

    def close(self) -> None:
        """Write what is left and end; whether all of it could be written shows in ``trouble``.

        Raises what ended the recorder, if anything did.
        """
        try:
            self._fetch()
        finally:
            self._end()
        if self._broken:
            raise self._broken

    def _end(self) -> None:
        self._closing = True
        self._wake.set()
        self.join()
        self._store.close()
        self._drop_ballast()

    def run(self) -> None:
        """Flush until closed (the thread's own loop)."""
        try:
            while not self._closing:
                self._wake.wait(self._every)
                self._wake.clear()
                self._flush()
                self._tend()
            self._flush()
        except Exception as error:
            self._broken = error
            with suppress(Exception):  # numbers of a device that fails are lost; what was said of it is not
                self._store.write({}, [self._pulse(), *self._kept], back_to=self._back_to)

    def _flush(self) -> None:
        self._flushing = True
        taken = [self._events.popleft() for _ in range(len(self._events))]
        for event in [event for event in taken if isinstance(event, Rewind)]:
            place = taken.index(event)
            self._take([one for one in taken[:place] if not _later(one, event.step)])
            self._forget_after(event.step)
            taken = taken[place + 1 :]
        self._take(taken)
        try:
            self._store.write(self._bins, [self._pulse(), *self._kept], back_to=self._back_to)
            self._remember_state()
            self._bins, self._kept, self._back_to = {}, [], None
            if self.trouble and self._fill_ballast():
                self._store.write({}, [Facts(values=self._standing) | told(error=None, hint=None)])
                self.trouble = None
        except StorageError as error:
            self._report(error)
        self._flushing = False

    def _take(self, events: Sequence[Event]) -> None:
        self._kept += [event for event in events if not isinstance(event, Scalars | Saved)]
        saved = [event.step for event in events if isinstance(event, Saved)]
        for name, column in gather(event for event in events if isinstance(event, Scalars)).items():
            new, known = _condense(column, saved), self._bins.get(name)
            self._step, self._wall = int(new.step[-1]), float(new.wall[-1])
            if known is not None and len(known):
                new = join(known, after(new, int(known.step[-1])))
            self._bins[name] = new

    def _forget_after(self, step: int) -> None:
        """Let go of what was not written yet of an abandoned future; the next write forgets the rest."""
        self._bins = {name: until(bins, step) for name, bins in self._bins.items()}
        self._kept = [event for event in self._kept if not _later(event, step)]
        self._back_to = step if self._back_to is None else min(step, self._back_to)

    def _tend(self) -> None:
        """Thin what is old; where that can't be written, the next flush will say so."""
        if not self.trouble:
            with suppress(StorageError):
                self._events += self._keeper.tend(self._step, self._wall)

    def _remember_state(self) -> None:
        """What the run was doing, to be said again when trouble is over."""
        for event in self._kept:
            if isinstance(event, Facts):
                known = {key: value for key, value in event.values.items() if key in self._standing}
                self._standing.update(known)

    def _report(self, error: StorageError) -> None:
        """Say in the run itself why nothing is recorded: on a full disk, in the room kept for that."""
        if self.trouble is None or error.message != self.trouble.message:
            log.error("%s; %s", error.message, error.hint)
        self.trouble = error
        self._drop_ballast()
        paused = told(state="paused", detail=error.message, error=error.message, hint=error.hint)
        with suppress(StorageError):  # then the silent heartbeat has to say it
            self._store.write({}, [self._pulse(), paused])

    def _fill_ballast(self) -> bool:
        """Set room aside for the last word; whether there was room."""
        try:
            self._ballast.write_bytes(bytes(BALLAST_BYTES))
        except OSError:
            self._drop_ballast()
            return False
        return True

    def _drop_ballast(self) -> None:
        """Give the room back; a file system that became read-only keeps it."""
        with suppress(OSError):
            self._ballast.unlink(missing_ok=True)


def _later(event: Event, step: int) -> bool:
    """Whether an event belongs to a step after that one; facts and replies belong to none."""
    of_a_step = Scalars | Frame | Mark | Verdict | AlarmRaised | AlarmCleared
    return isinstance(event, of_a_step) and event.step > step


def _condense(column: Column, saved: Sequence[int]) -> Bins:
    """One bin a step while training is slow; wider ones, aligned, where it takes many steps per flush.

    None reaches across a step that training may go back to: what was done until then would be forgotten.
    """
    bins = from_values(column.steps, column.walls, column.values)
    width = 1
    while len(bins) > BINS_PER_FLUSH * width:
        width *= 2
    keys: np.ndarray[tuple[int], np.dtype[np.int64]] = (column.steps - 1) // width
    keys = keys + np.searchsorted(saved, column.steps)
    return group(bins, keys) if width > 1 else bins
