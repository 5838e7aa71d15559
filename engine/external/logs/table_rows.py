"""From tables to rows: with steps and times, without what is no series, split where training went back."""

from dataclasses import replace

import numpy as np

from latentop.engine.external.logs import counters
from latentop.engine.external.logs.near_names import short
from latentop.engine.external.logs.restarts import Restarts
from latentop.engine.external.logs.rows import Batch, Rows
from latentop.engine.external.logs.step_counter import StepCounter
from latentop.engine.external.logs.table import Table
from latentop.engine.run.store.bins import Floats

_SECONDS = (1e8, 1e11)
"""Between them a number is seconds since 1970; above, milliseconds."""
MOST_NAMES = 1000
_MOST_NOTES = 100
_LONGEST_NAME = 100
"""Characters, as of a name in a script's own loop."""


class TableRows:
    """Makes rows of tables: gives them steps and times, leaves out what is no series, finds restarts."""

    def __init__(self, notes: list[str], step: str | None = None) -> None:
        self.notes = notes
        self._asked = step
        self._names: set[str] = set()
        self._restarts = Restarts(self.note)
        self.begin()

    def begin(self) -> None:
        """A file was truncated: counting begins anew."""
        self._counter = StepCounter(self.note, self._asked)
        self._begins = True
        """Whether the log begins anew before the next row that has a step."""

    def note(self, words: str) -> None:
        """Tell a person once."""
        if words not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(words)

    def batches(self, table: Table) -> list[Batch]:
        """Its rows, by name."""
        if self._begins and 0 not in table.anew:
            table = replace(table, anew=(0, *table.anew))
        steps = self._counter.steps(table)
        walls = _walls(table)
        every = np.arange(table.rows)
        have = steps >= 0
        place = None if have.all() else np.cumsum(have) - 1
        rows = []
        for name, cells in table.columns.items():
            if counters.is_counter(name) or counters.is_time(name) or not self._has_room(name):
                continue
            at, values = every if cells.at is None else cells.at, cells.values
            if place is not None:
                mine = have[at]
                at, values = at[mine], values[mine]
            whole = len(at) == table.rows  # then all share one array
            one = Rows(
                name=name,
                steps=steps if whole else steps[at],
                walls=walls if whole or walls is None else walls[at],
                values=values,
            )
            rows.append((one, at if place is None else place[at]))
        anew = [row if place is None else int(have[:row].sum()) for row in table.anew]
        self._begins = int(have.sum()) in anew
        found = self._restarts.split(steps if place is None else steps[have], rows, anew)
        return [replace(one, epochs=True) for one in found] if self._counter.epochs else found

    def _has_room(self, name: str) -> bool:
        if name not in self._names and (why := refused(name, len(self._names))):
            self.note(why)
            return False
        self._names.add(name)
        return True


def refused(name: str, known: int) -> str:
    """Why there can't be a series of a name, where so many are known; empty where there can."""
    if not name.isprintable() or not name.strip() or len(name) > _LONGEST_NAME:
        return f"the name {short(name)!r} is no name of a series: left out"
    return f"more than {MOST_NAMES} names: the others are left out" if known >= MOST_NAMES else ""


def _walls(table: Table) -> Floats | None:
    """When each row was written, in seconds since 1970, NaN where that isn't told."""
    for name, cells in table.columns.items():
        if counters.is_wall(name):
            return sound_walls(cells.spread(table.rows))
    return None


def sound_walls(told: Floats) -> Floats:
    """Seconds since 1970, of what may be milliseconds; NaN for what can't be a time of writing."""
    least, most = _SECONDS
    told = np.where(told > most, told / 1000, told)
    return np.where((told > least) & (told < most), told, np.nan)
