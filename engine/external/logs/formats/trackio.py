"""trackio's database: a row of numbers for each step of each run, NaN as a word."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from latentop.engine.external.logs.formats.json_lines import table_of
from latentop.engine.external.logs.formats.json_values import parse
from latentop.engine.external.logs.near_names import short
from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.logs.table_rows import TableRows
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.errors import UsageError

MAGIC = b"SQLite format 3\0"
_NEEDED = {"timestamp", "run_name", "step", "metrics"}
_A_POLL = 50_000
_DAMAGED = (sqlite3.Error, ValueError, OverflowError)
"""What a damaged database makes SQLite raise; its messages may be no text."""
_WAIT_S = 2.0


def runs_of(path: Path) -> list[str]:
    """The runs in a database, in the order in which they began. Raises UsageError for another database."""
    try:
        with closing(_opened(path)) as database:
            columns = {str(one[1]) for one in database.execute("PRAGMA table_info(metrics)")}
            if not columns >= _NEEDED:
                has_not = f"it has no table metrics({', '.join(sorted(_NEEDED))})"
                raise UsageError(
                    f"{path} is an SQLite database, but none of trackio's: {has_not}",
                    "name a log, or a run's folder",
                )
            query = "SELECT run_name FROM metrics GROUP BY run_name ORDER BY min(rowid)"
            return [str(name) for (name,) in database.execute(query)]
    except _DAMAGED as error:
        raise UsageError(f"{path} can't be read: {short(str(error))}", "name a whole database") from error


class TrackioRun:
    """Reads a run of a database: a :class:`LogReader`."""

    source: Source = "trackio"

    def __init__(self, path: Path, run: str, notes: list[str], step: str | None = None) -> None:
        self._path, self._run = path, run
        self.notes = notes
        self._rows = TableRows(notes, step)
        self._last = 0

    def poll(self, *, final: bool = False) -> list[Batch]:
        """The rows that are new. Raises UsageError where the database can't be read when it is read once."""
        query = (
            "SELECT rowid, timestamp, step, metrics FROM metrics WHERE run_name = ? AND rowid > ? "
            f"ORDER BY rowid LIMIT {_A_POLL}"
        )
        try:
            with closing(_opened(self._path)) as database:
                rows = database.execute(query, (self._run, self._last)).fetchall()
        except _DAMAGED as error:
            if final:
                raise UsageError(
                    f"{self._path} can't be read: {short(str(error))}", "name a whole database"
                ) from error
            return []
        records = []
        for rowid, timestamp, step, metrics in rows:
            self._last = rowid
            try:
                record = parse(metrics if isinstance(metrics, bytes) else str(metrics).encode())
            except ValueError:
                self._rows.note("a row whose metrics are no JSON: left out")
                continue
            if isinstance(record, dict):
                records.append({**record, "_step": step, "_timestamp": _seconds(timestamp)})
        return self._rows.batches(table_of(records)) if records else []

    def close(self) -> None:
        """It holds no file open."""


def _opened(path: Path) -> sqlite3.Connection:
    """The database, to be read alone; as it lies there where what it is written with can't be shared."""
    place = path.absolute().as_uri()
    try:
        found = sqlite3.connect(f"{place}?mode=ro", uri=True, timeout=_WAIT_S)
        found.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        found = sqlite3.connect(f"{place}?mode=ro&immutable=1", uri=True, timeout=_WAIT_S)
    found.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return found


def _seconds(timestamp: object) -> float:
    """Seconds since 1970; NaN where that can't be told."""
    try:
        return datetime.fromisoformat(str(timestamp)).timestamp()
    except (ValueError, OverflowError, OSError):
        return float("nan")
