"""The one writer of ``run.db``: each flush of the recorder is one transaction, whole or not at all."""

import json
import sqlite3
import time
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import product
from math import inf
from pathlib import Path

import msgspec
import numpy as np

from latentop.engine.run import series
from latentop.engine.run.errors import StorageError
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Event, Facts, Frame, Mark, Reply, Verdict
from latentop.engine.run.facts import read_facts, told
from latentop.engine.run.store import database
from latentop.engine.run.store.bins import Bins, after, from_rows, group, join, pick, until
from latentop.engine.run.store.history import BIN_COLUMNS, TIER_FACTOR, TIERS, between
from latentop.engine.run.store.thinning import Allowance, Thinner

_POINT = f"INSERT OR REPLACE INTO points (series, {BIN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROLLUP = (
    f"INSERT OR REPLACE INTO rollups (series, tier, bucket, {BIN_COLUMNS})"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Store:
    """Writes one run. Not for two threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = database.open_for_writing(path)
        self._thinner = Thinner(self._connection)
        self._stale = True
        with database.told(path):
            self._freshen()

    def write(self, bins: Mapping[str, Bins], events: Iterable[Event], *, back_to: int | None = None) -> None:
        """Add bins of each series and everything that happened, in one transaction.

        ``back_to``: as one with it, forget first what was recorded after that step.

        Raises StorageError, with nothing written, where the disk is full or the file can't be written.
        """
        with self._whole():
            if back_to is not None:
                self._rewind(back_to)
            self._write_bins({self._series_id(name, bins): new for name, new in bins.items()})
            for event in events:
                self._write_event(event)

    def thin(self, allowance: Allowance) -> bool:
        """Give up a little of what the run keeps beyond an allowance; whether there was any.

        Raises StorageError as ``write`` does.
        """
        with database.told(self.path):
            with database.transaction(self._connection):
                thinned = self._thinner.thin(allowance)
            self._thinner.release()
        return thinned

    def used(self) -> int:
        """Bytes that hold something; the file's others take what comes next."""
        with database.told(self.path):
            return self._thinner.used()

    def rewind(self, step: int, *, asked_before: float = inf) -> None:
        """Forget what was recorded after a step, because training goes on from there.

        What was rolled up in a bucket that the step cuts is rolled up anew from the finer rows that stay.
        Commands that nobody saw and that were asked before a wall time are refused.
        """
        with self._whole():
            self._rewind(step)
            self._refuse_unheard(asked_before)

    def refuse_unheard(self) -> None:
        """Refuse the commands that nobody saw: they were meant for a training that is over."""
        with self._whole():
            self._refuse_unheard(inf)

    def close(self, *, last: bool = False) -> None:
        """Close the file, with the write-ahead log folded into it; the ``last`` one waits longer for that."""
        database.fold_and_close(self._connection, seconds=database.LAST_SECONDS if last else None)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All of the block or nothing of it, in the file as in memory."""
        with database.told(self.path):
            self._freshen()
            self._stale = True
            with database.transaction(self._connection):
                yield
            self._stale = False

    def _rewind(self, step: int) -> None:
        execute = self._connection.execute
        execute("DELETE FROM points WHERE step > ?", (step,))
        execute("DELETE FROM frames WHERE step > ?", (step,))
        # Of each time that training went back a mark stays, where it now is.
        execute("UPDATE marks SET step = ? WHERE step > ? AND kind = 'rollback'", (step, step))
        execute("DELETE FROM marks WHERE step > ?", (step,))
        execute("DELETE FROM alarms WHERE raised_step > ?", (step,))
        execute("UPDATE alarms SET cleared_step = NULL, cleared_wall = NULL WHERE cleared_step > ?", (step,))
        self._open.clear()
        for tier in TIERS:
            width = TIER_FACTOR**tier
            execute("DELETE FROM rollups WHERE tier = ? AND (bucket + 1) * ? > ?", (tier, width, step))
            for identity in self._ids.values():
                start = step // width * width
                if start < step:
                    stays = between(self._connection, identity, start + 1, step, tier - 1)
                    self._write_rollups(tier, {identity: until(after(stays, start), step)})
        rewinds = read_facts(self._connection).rewinds
        set_facts(self._connection, {"rewinds": rewinds + 1, "step": max(0, step)})
        self._load()

    def _refuse_unheard(self, asked_before: float) -> None:
        self._connection.execute(
            "UPDATE commands SET state = 'refused', reply = 'the worker ended before it saw this'"
            " WHERE state = 'asked' AND asked_wall < ?",
            (asked_before,),
        )

    def _freshen(self) -> None:
        """After a write that failed, know again what the file holds."""
        if self._stale:
            self._load()
            self._stale = False

    def _load(self) -> None:
        """Read back what is kept in memory: series by name, and the open bucket of every tier."""
        execute = self._connection.execute
        self._ids: dict[str, int] = dict(execute("SELECT name, id FROM series").fetchall())
        self._open: dict[tuple[int, int], Bins] = {}
        newest = (
            f"SELECT {BIN_COLUMNS} FROM rollups WHERE series = ? AND tier = ? ORDER BY bucket DESC LIMIT 1"
        )
        for place in product(self._ids.values(), TIERS):
            for row in execute(newest, place):
                self._open[place] = from_rows([row])

    def _series_id(self, name: str, among: Container[str]) -> int:
        """The id of a series; a new one that begins with others is written down first."""
        if name not in self._ids:
            cursor = self._connection.execute(
                "INSERT INTO series (name, unit, better) VALUES (?, ?, ?)",
                (name, series.unit(name, among), series.of(name).better),
            )
            assert cursor.lastrowid is not None
            self._ids[name] = cursor.lastrowid
        return self._ids[name]

    def _write_bins(self, bins: Mapping[int, Bins]) -> None:
        """Add points and roll them up; a step that is there already stays as it is, and counts once."""
        new = {
            identity: after(one, int(known.step[-1]))
            if (known := self._open.get((identity, TIERS[0])))
            else one
            for identity, one in bins.items()
        }
        rows = ((identity, *row) for identity, one in new.items() for row in one.rows())
        self._connection.executemany(_POINT, rows)
        for tier in TIERS:
            self._write_rollups(tier, new)

    def _write_rollups(self, tier: int, new: Mapping[int, Bins]) -> None:
        """Add rows of several series to a tier, each behind what its open bucket holds: all at once."""
        width = TIER_FACTOR**tier
        parts: list[tuple[int, Bins]] = []
        for identity, rows in new.items():
            known = self._open.get((identity, tier))
            if known and len(rows) and (known.step[-1] - 1) // width == (rows.step[0] - 1) // width:
                parts.append((identity, known))
            if len(rows):
                parts.append((identity, rows))
        if not parts:
            return
        together = join(*(rows for _, rows in parts))
        owners = np.repeat([identity for identity, _ in parts], [len(rows) for _, rows in parts])
        buckets = (together.step - 1) // width
        ends = (np.diff(owners, append=-1) != 0) | (np.diff(buckets, append=-1) != 0)
        rolled = group(together, np.cumsum(ends) - ends)
        keys = list(zip(owners[ends].tolist(), buckets[ends].tolist(), strict=True))
        written = zip(keys, rolled.rows(), strict=True)
        self._connection.executemany(_ROLLUP, ((key[0], tier, key[1], *row) for key, row in written))
        newest = {identity: place for place, (identity, _) in enumerate(keys)}
        for identity, place in newest.items():
            self._open[identity, tier] = pick(rolled, slice(place, place + 1))

    def _write_event(self, event: Event) -> None:
        execute = self._connection.execute
        match event:
            case Frame():
                pixels = zlib.compress(np.ascontiguousarray(event.images, dtype=np.uint8).tobytes(), 1)
                execute(
                    "INSERT INTO frames (step, wall, kind, count, channels, height, width, pixels)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (event.step, event.wall, event.kind, *event.images.shape, pixels),
                )
            case Mark():
                execute(
                    "INSERT INTO marks (step, wall, kind, text) VALUES (?, ?, ?, ?)",
                    (event.step, event.wall, event.kind, event.text),
                )
            case Verdict():
                set_facts(self._connection, {"verdict": event.name})
                self._write_event(Mark(step=event.step, wall=event.wall, kind="verdict", text=event.name))
            case AlarmRaised():
                execute(
                    "INSERT INTO alarms"
                    " (name, severity, raised_step, raised_wall, sentence, advice, evidence)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(event.name, event.severity, event.step, event.wall),
                        *(event.sentence, event.advice, json.dumps(dict(event.evidence))),
                    ),
                )
            case AlarmCleared():
                execute(
                    "UPDATE alarms SET cleared_step = ?, cleared_wall = ?"
                    " WHERE name = ? AND cleared_step IS NULL",
                    (event.step, event.wall, event.name),
                )
            case Facts():
                set_facts(self._connection, event.values)
            case Reply():
                state = "applied" if event.applied else "refused"
                execute(
                    "UPDATE commands SET state = ?, applied_step = ?, answered_wall = ?, reply = ?"
                    " WHERE id = ?",
                    (state, event.step, event.wall, event.text, event.command),
                )
            case _:
                raise TypeError(f"scalars are written as bins, not as {event!r}")


def write(path: Path, *events: Event) -> None:
    """Write events of a run while no recorder does. Raises StorageError as ``Store.write``."""
    with closing(Store(path)) as store:
        store.write({}, events)


def leave(path: Path) -> None:
    """Refuse the commands that nobody saw, and leave the run in ``run.db`` alone: nobody trains it any more.

    Where that can't be written, the run stays as it is.
    """
    with suppress(StorageError):
        store = Store(path)
        try:
            store.refuse_unheard()
        finally:
            store.close(last=True)


def say(path: Path, facts: Facts) -> None:
    """Set facts of a run while no recorder does, and that somebody lives who says so. Raises as above."""
    write(path, facts | told(heartbeat=time.time()))


def set_facts(connection: sqlite3.Connection, values: Mapping[str, object]) -> None:
    """Set keys of the run's own table. Raises TypeError for a value that JSON can't have."""
    connection.executemany(
        "INSERT OR REPLACE INTO run (key, value) VALUES (?, ?)",
        ((key, json.dumps(msgspec.to_builtins(value))) for key, value in values.items()),
    )
