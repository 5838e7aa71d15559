"""All runs of a folder, looked at once a second: what changed is read, the rest costs next to nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread

from latentop.engine.run import folder
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness, judge
from latentop.engine.run.store.summary import Summariser, Summary
from latentop.tui.model.plain_text import reason
from latentop.tui.runs.glance import doubtful
from latentop.tui.runs.run_liveness import UNREADABLE

LOOK_SECONDS = 1.0
Signature = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRow:
    """One run of the list; ``trouble`` says why it can't be read, where it can't."""

    run: RunFolder
    summary: Summary = field(default_factory=Summary)
    liveness: Liveness = UNREADABLE
    trouble: str = ""


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
        self._ended = False
        self._wake = Event()
        self._known: dict[RunFolder, tuple[Signature, RunRow]] = {}
        self._readers: dict[RunFolder, Summariser] = {}
        self._thread = Thread(target=self._watch, name="runs feed", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended = True
        self._wake.set()

    def look(self) -> None:
        """Look at once: something was just changed from here."""
        self._wake.set()

    def _watch(self) -> None:
        told: Listing | None = None
        try:
            while not self._ended:
                self._wake.clear()
                try:
                    listing = self._look()
                except Exception as error:  # whatever is wrong with the folder: the thread lives to tell it
                    listing = Listing(trouble=reason(error))
                if (told is None or _differ(told, listing)) and not self._ended:
                    told = listing
                    self._tell(listing)
                if not self._ended:
                    self._wake.wait(LOOK_SECONDS)
        finally:
            for run in list(self._readers):
                self._release(run)

    def _look(self) -> Listing:
        runs = folder.every(self._runs)
        present = set(runs)
        self._known = {run: known for run, known in self._known.items() if run in present}
        for run in self._readers.keys() - present:
            self._release(run)
        rows = []
        for run in runs:
            if self._ended:
                break
            rows.append(self._row(run))
        return Listing(rows=tuple(rows))

    def _row(self, run: RunFolder) -> RunRow:
        signature, row = self._known.get(run, ((), RunRow(run=run)))
        newer = _signature(run)
        try:
            if newer != signature or row.trouble:
                row = RunRow(run=run, summary=self._read(run), liveness=row.liveness)
            if not row.trouble:
                liveness = judge(row.summary.facts, time.time())
                if doubtful(liveness) and liveness != row.liveness:
                    row = replace(row, summary=self._read(run))
                    liveness = judge(row.summary.facts, time.time())
                row = row if liveness == row.liveness else replace(row, liveness=liveness)
        except Exception as error:  # one damaged run, whatever is wrong with it, hides no other
            row = row if row.trouble == reason(error) else RunRow(run=run, trouble=reason(error))
        if not row.liveness.alive:
            self._release(run)  # open files are few; who has ended is read again only when it changes
        self._known[run] = newer, row
        return row

    def _read(self, run: RunFolder) -> Summary:
        reader = self._readers.get(run)
        if reader is None:
            reader = self._readers[run] = Summariser(run.database)
        return reader.read()

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
        or any(one is not other for one, other in zip(old.rows, new.rows, strict=True))
    )
