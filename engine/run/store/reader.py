"""A reader of ``run.db``: first the history at a resolution that a chart can use, then only what is new."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from latentop.engine.run.events import Amount, Count, Frame, Mark
from latentop.engine.run.facts import RunFacts, read_facts
from latentop.engine.run.store import database
from latentop.engine.run.store.bins import Bins, after, from_rows
from latentop.engine.run.store.history import between, fitting, newest

MOST_PIXELS, MOST_TOGETHER = 2**26, 2**28
"""Of a frame, and of all that are read at once."""
MOST_KINDS = 64
"""Of frames: a run has a handful."""
MOST_EVENTS = 10_000
"""Of marks and alarms, the newest are read: a run leaves some dozens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm as recorded; ``cleared_step`` is None while it stands."""

    id: int
    name: str
    severity: str
    raised_step: Count
    raised_wall: Amount
    cleared_step: Count | None
    sentence: str
    advice: str
    evidence: Mapping[str, float]

    @property
    def identity(self) -> tuple[int, float]:
        """Tells it from every other: an id is used again once training went back before its alarm."""
        return self.id, self.raised_wall

    @property
    def began(self) -> int:
        """The step since which it is the case: it takes some looks until it is raised."""
        since = self.evidence.get("since", self.raised_step)
        return int(since) if 0 <= since <= self.raised_step else self.raised_step


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as recorded: asked, applied or refused."""

    id: int
    name: str
    arguments: Mapping[str, Any]
    asked_by: str
    asked_wall: Amount
    state: str
    applied_step: Count | None
    reply: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is new since the last poll. ``facts``, ``alarms`` and ``commands`` are whole each time.

    ``fresh`` says that this batch begins the run's history anew: the first one, and the one after training
    went back to an earlier step. ``frames`` holds the newest of each kind.
    """

    fresh: bool
    facts: RunFacts
    bins: Mapping[str, Bins]
    frames: Mapping[str, Frame]
    marks: tuple[Mark, ...]
    alarms: tuple[Alarm, ...]
    commands: tuple[Command, ...]


class Reader:
    """Reads one run, while it trains or long after. Raises StorageError for what is no run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = database.open_for_reading(path)
        self._version = -1
        self._rewinds = 0
        self._forget()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def poll(self) -> Batch | None:
        """Everything new, as of one moment; None where nobody has written since."""
        with database.legible(self.path):
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
            if version == self._version:
                return None
            with database.transaction(self._connection, "DEFERRED"):
                batch = self._read()
        self._version = version
        return batch

    def facts(self) -> RunFacts:
        """What the run says of itself: preset, state, step, device and the like."""
        with database.legible(self.path):
            return read_facts(self._connection)

    def newest_step(self) -> int:
        """The last step of which anything is recorded; before there is any, the one that the run began at."""
        with database.legible(self.path):
            series = self._connection.execute("SELECT id FROM series").fetchall()
            found = [newest(self._connection, identity) for (identity,) in series]
            began = read_facts(self._connection).parent_step
            return max([began, *(last[0] for last in found if last is not None)])

    def newest_value(self, name: str) -> float | None:
        """The last value of a series, whatever it is; None where the run has none."""
        with database.legible(self.path):
            found = self._connection.execute("SELECT id FROM series WHERE name = ?", (name,)).fetchone()
            last = newest(self._connection, found[0]) if found else None
            return last[1] if last else None

    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm that was raised, oldest first."""
        with database.legible(self.path):
            return self._alarms()

    def frames(self, at_step: int) -> dict[str, Frame]:
        """The frames that were current at a step, by kind; a kind that came later is left out."""
        with database.legible(self.path):
            rows = self._connection.execute(
                "SELECT step, wall, kind, count, channels, height, width, pixels FROM frames WHERE id IN"
                " (SELECT (SELECT id FROM frames WHERE kind = each.kind AND step <= ?"
                "          ORDER BY step DESC, id DESC LIMIT 1)"
                "  FROM (SELECT DISTINCT kind FROM frames LIMIT ?) AS each)",
                (at_step, MOST_KINDS),
            ).fetchall()
            return _pictures(rows)

    def window(self, first: int, last: int) -> dict[str, Bins]:
        """Every series from one step to another, HISTORY_ROWS rows of each at most, or a few more.

        Where a stretch has been thinned since, it comes in the finest rows that are kept of it.
        """
        with database.legible(self.path):
            series = self._connection.execute("SELECT id, name FROM series ORDER BY id").fetchall()
            return {name: self._between(identity, first, last) for identity, name in series}

    def _forget(self) -> None:
        self._fresh = True
        self._steps: dict[int, int] = {}
        self._newest_frame = self._newest_mark = 0

    def _read(self) -> Batch:
        facts = read_facts(self._connection)
        if facts.rewinds != self._rewinds:
            self._forget()
            self._rewinds = facts.rewinds
        batch = Batch(
            fresh=self._fresh,
            facts=facts,
            bins=self._bins(),
            frames=self._frames(),
            marks=self._marks(),
            alarms=self._alarms(),
            commands=self._commands(),
        )
        self._fresh = False
        return batch

    def _bins(self) -> dict[str, Bins]:
        found = {}
        for identity, name in self._connection.execute("SELECT id, name FROM series ORDER BY id").fetchall():
            known = identity in self._steps
            bins = self._newer(identity, self._steps[identity]) if known else self._history(identity)
            if len(bins):
                found[name] = bins
                self._steps[identity] = int(bins.step[-1])
        return found

    def _between(self, identity: int, first: int, last: int) -> Bins:
        return between(self._connection, identity, first, last, fitting(last - first))

    def _newer(self, identity: int, step: int) -> Bins:
        """What came after a step: points, however many, unless they have been thinned since."""
        last = newest(self._connection, identity)
        if last is None or last[0] <= step:
            return from_rows([])
        return after(between(self._connection, identity, step + 1, last[0]), step)

    def _history(self, identity: int) -> Bins:
        """The whole series, from the finest table that holds it in HISTORY_ROWS rows or fewer."""
        last = newest(self._connection, identity)
        return self._between(identity, 0, last[0] if last else 0)

    def _frames(self) -> dict[str, Frame]:
        rows = self._connection.execute(
            "SELECT step, wall, kind, count, channels, height, width, pixels, max(id) FROM frames"
            " WHERE id > ? GROUP BY kind LIMIT ?",
            (self._newest_frame, MOST_KINDS),
        ).fetchall()
        self._newest_frame = max([self._newest_frame, *(row[-1] for row in rows)])
        return _pictures([row[:-1] for row in rows])

    def _marks(self) -> tuple[Mark, ...]:
        rows = self._connection.execute(
            "SELECT id, step, wall, kind, text FROM marks WHERE id > ? ORDER BY id DESC LIMIT ?",
            (self._newest_mark, MOST_EVENTS),
        ).fetchall()
        self._newest_mark = max([self._newest_mark, *(row[0] for row in rows)])
        return tuple(
            msgspec.convert(dict(zip(("step", "wall", "kind", "text"), row[1:], strict=True)), Mark)
            for row in reversed(rows)
        )

    def _alarms(self) -> tuple[Alarm, ...]:
        rows = self._connection.execute(
            "SELECT id, name, severity, raised_step, raised_wall, cleared_step, sentence, advice, evidence"
            " FROM alarms ORDER BY id DESC LIMIT ?",
            (MOST_EVENTS,),
        ).fetchall()
        names = ("id", "name", "severity", "raised_step", "raised_wall", "cleared_step", "sentence", "advice")
        return tuple(
            msgspec.convert({**dict(zip(names, row, strict=False)), "evidence": _numbers(row[-1])}, Alarm)
            for row in reversed(rows)
        )

    def _commands(self) -> tuple[Command, ...]:
        rows = self._connection.execute(
            "SELECT id, name, asked_by, asked_wall, state, applied_step, reply, arguments"
            " FROM commands ORDER BY id DESC LIMIT 100"
        ).fetchall()
        names = ("id", "name", "asked_by", "asked_wall", "state", "applied_step", "reply")
        return tuple(
            msgspec.convert(
                {**dict(zip(names, row, strict=False)), "arguments": json.loads(row[-1])}, Command
            )
            for row in reversed(rows)
        )


def _numbers(text: str) -> dict[str, float]:
    return {str(name): float(value) for name, value in json.loads(text).items()}


def _pictures(rows: list[tuple[Any, ...]]) -> dict[str, Frame]:
    """Frames by kind. Raises ValueError where they claim to have more pixels than can be held."""
    count = sum(min(prod(row[3:7]), MOST_PIXELS) for row in rows)
    if count > MOST_TOGETHER:
        raise ValueError(f"its frames claim to have {count} pixels")
    return {row[2]: _frame(row) for row in rows}


def _frame(row: tuple[Any, ...]) -> Frame:
    """A frame of the shape it claims. Raises ValueError where it holds other pixels, or too many."""
    step, wall, kind, *shape, pixels = row
    count = prod(shape)
    if min(shape) < 1 or count > MOST_PIXELS:
        raise ValueError(f"a frame claims to have {count} pixels")
    opened = zlib.decompressobj()
    images = np.frombuffer(opened.decompress(pixels, count + 1), dtype=np.uint8).reshape(shape)
    return Frame(step=step, wall=wall, kind=kind, images=images)
