"""A run in brief, for a list of many: its facts, its newest values and the course of one series, coarsely."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from latentop.engine.run import series
from latentop.engine.run.facts import RunFacts, read_facts
from latentop.engine.run.series import PRESENCE, SPREADS
from latentop.engine.run.store import database
from latentop.engine.run.store.bins import Floats
from latentop.engine.run.store.history import TIER_FACTOR, TIERS, between, newest

COURSE_ROWS = 512
"""At most as many rows of a course are read: a line of small bars has fewer."""
TOLD = (
    "diversity/coverage",
    "quality/frechet",
    "valid/reconstruction",
    "valid/loss",
    "accuracy/fine-tuned",
    "loss/reconstruction",
    "loss/generator",
    "loss/discriminator",
)
"""Whose newest values are told; the course is that of the first which the run has."""
OWN = 3
"""So many of its own are told of a run that has none of these."""
ASIDE = ("lr/", "speed/", "grad/", "update/", "singular/", PRESENCE)
"""What begins the names of series that nobody asks for first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summary:
    """What a list shows of one run. ``course`` (bins,) holds means over equal spans of steps."""

    facts: RunFacts = field(default_factory=RunFacts)
    step: int = 0
    """The newest that anything is known of."""
    begun: bool = False
    """Whether a first value has arrived."""
    values: Mapping[str, float] = field(default_factory=dict)
    """What each series is about now."""
    course_of: str = ""
    course: Floats = field(default_factory=lambda: np.zeros(0))
    """NaN where no value of the span was finite."""
    pending: tuple[str, ...] = ()
    """Names of commands that nobody has answered yet, oldest first."""


class Summariser:
    """Reads one run over and over. A look costs some ten rows by their key, however long the run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = database.open_for_reading(path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def read(self) -> Summary:
        """The run as of now. Raises StorageError where it can't be read."""
        with database.legible(self.path), database.transaction(self._connection, "DEFERRED"):
            return _summary(self._connection)


def _summary(connection: sqlite3.Connection) -> Summary:
    facts = read_facts(connection)
    known = dict(connection.execute("SELECT name, id FROM series").fetchall())
    values, steps = {}, [facts.step]
    for name in [name for name in TOLD if name in known] or own(known):
        last = _newest(connection, name, known[name])
        if last is not None:
            steps.append(last[0])
            values[name] = last[1]
    course_of = next(iter(values), "")
    course = _course(connection, known[course_of], steps) if course_of else np.zeros(0)
    pending = connection.execute("SELECT name FROM commands WHERE state = 'asked' ORDER BY id").fetchall()
    return Summary(
        facts=facts,
        step=max(steps),
        begun=bool(known),
        values=values,
        course_of=course_of,
        course=course,
        pending=tuple(name for (name,) in pending),
    )


def own(names: Iterable[str]) -> list[str]:
    """The series of a run that nobody knows, those first that the registry has."""
    asked = (name for name in names if not f"{name}/".startswith(ASIDE) and not name.endswith(SPREADS))
    return sorted(asked, key=lambda name: (series.place(name), name))[:OWN]


def _newest(connection: sqlite3.Connection, name: str, identity: int) -> tuple[int, float] | None:
    """The newest step of a series, and what it is about then."""
    last = newest(connection, identity)
    if last is None:
        return None
    rows = connection.execute(
        "SELECT mean FROM points WHERE series = ? ORDER BY step DESC LIMIT ?", (identity, series.RECENT_ROWS)
    ).fetchall()
    means = [mean for (mean,) in reversed(rows)]
    return last[0], series.typical(name, np.array(means, dtype=np.float64), last[1])


def _course(connection: sqlite3.Connection, identity: int, steps: list[int]) -> Floats:
    """The series' means from the finest table that holds all the steps in few rows."""
    last = max(steps)
    tier = next((tier for tier in TIERS if last / TIER_FACTOR**tier <= COURSE_ROWS), TIERS[-1])
    return between(connection, identity, 0, last, 0 if last <= COURSE_ROWS else tier).mean
