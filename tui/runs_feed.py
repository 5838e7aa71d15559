"""All runs of a folder, looked at once a second: what changed is read, the rest costs next to nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

from engine.run import folder
from engine.run.folder import RunFolder
from engine.run.liveness import judge
from engine.run.reader import Reader
from tui.living import UNREADABLE
from tui.state import State, apply, judged
from tui.wording import reason

LOOK_SECONDS = 1.0
Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRow:
    """One run of the list; in trouble where it can't be read."""

    run: RunFolder
    state: State


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listing:
    """All runs, newest first; or why their folder can't be read."""

    rows: tuple[RunRow, ...] = ()
    trouble: str = ""


class RunsFeed:
    """Calls ``tell`` from its own thread with all runs, whenever one changed."""

    def __init__(self, runs: Path, tell: Callable[[Listing], object]) -> None:
        self._runs = runs
        self._tell = tell
        self._stop = Event()
        self._known: dict[RunFolder, tuple[Signature, State]] = {}
        self._readers: dict[RunFolder, Reader] = {}
        self._thread = Thread(target=self._watch, name="runs feed", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def _watch(self) -> None:
        told: Listing | None = None
        try:
            while not self._stop.is_set():
                try:
                    listing = self._look()
                except Exception as error:  # whatever is wrong with the folder: the thread lives to tell it
                    listing = Listing(trouble=reason(error))
                if (told is None or _differ(told, listing)) and not self._stop.is_set():
                    told = listing
                    self._tell(listing)
                self._stop.wait(LOOK_SECONDS)
        finally:
            for run in list(self._readers):
                self._release(run)

    def _look(self) -> Listing:
        runs = folder.every(self._runs)
        self._known = {run: known for run, known in self._known.items() if run in set(runs)}
        rows = []
        for run in runs:
            if self._stop.is_set():
                break
            rows.append(RunRow(run=run, state=self._state(run)))
        return Listing(rows=tuple(rows))

    def _state(self, run: RunFolder) -> State:
        signature, state = self._known.get(run, ((), State()))
        newer = _signature(run)
        try:
            if newer != signature:
                state = self._read(run, state)
            if not state.trouble:
                wall = time.time()
                state = judged(state, judge(state.facts, wall), wall)
        except Exception as error:  # one damaged run, whatever is wrong with it, hides no other
            state = replace(State(), liveness=UNREADABLE, trouble=reason(error))
        if not state.liveness.alive:
            self._release(run)  # open files are few; who has ended is read again only when it changes
        self._known[run] = newer, state
        return state

    def _read(self, run: RunFolder, state: State) -> State:
        reader = self._readers.get(run)
        if reader is None:
            reader = self._readers[run] = Reader(run.database)
        batch = reader.poll()
        return state if batch is None else apply(state, batch)

    def _release(self, run: RunFolder) -> None:
        reader = self._readers.pop(run, None)
        if reader is not None:
            reader.close()


def _signature(run: RunFolder) -> Signature:
    """Time and size of the database and of its write-ahead log: they change whenever anything is written."""
    found = []
    for path in (run.database, run.database.with_name("run.db-wal")):
        try:
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


def _differ(old: Listing, new: Listing) -> bool:
    return (
        old.trouble != new.trouble
        or len(old.rows) != len(new.rows)
        or any(
            one.run != other.run or one.state is not other.state
            for one, other in zip(old.rows, new.rows, strict=True)
        )
    )
