"""Which step each row of a log is of, whatever counts: steps, iterations of an epoch, epochs, nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from latentop.engine.external.logs import counters
from latentop.engine.external.logs.columns import tells
from latentop.engine.external.logs.epoch_counts import EpochCounts
from latentop.engine.external.logs.near_names import listed, short
from latentop.engine.external.logs.table import Table
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.bins import Floats, Ints
from latentop.presets.wording import spaced

NO_STEP = -1
_LARGEST = 2.0**53
_MOST_A_STEP = 2
"""Values of a series at a step; where there are more, what counts is no step."""
_EPOCH = 2.0**40
"""Sets the counts of one epoch apart from those of another, to tell whether any repeats."""


@dataclass(frozen=True, slots=True)
class _Counter:
    """Columns that count, at every row, NaN where they are empty; ``epochs`` where counts are an epoch's."""

    column: str
    counts: Floats
    epochs: Floats | None = None

    @property
    def both(self) -> Floats:
        """One number for every count of every epoch."""
        return self.counts if self.epochs is None else self.counts + _EPOCH * self.epochs


class StepCounter:
    """Gives rows their steps. What begins anew every epoch goes on growing; kimg are counted as images.

    The best column is taken that counts whole numbers from 0; where none does, the rows are numbered from 1.
    ``asked`` is the column that a person named. ``note`` hears what was done.
    """

    def __init__(self, note: Callable[[str], object], asked: str | None = None) -> None:
        self._note = note
        self._asked = asked
        self._growth = EpochCounts(note)
        self._last = 0
        self._rows = 0
        self.epochs = False
        """Whether what counts are epochs, or the like."""
        self._refused: set[str] = set()
        self._numbered = False
        self._begun = False
        self._counted = ""
        """What has counted last."""
        self._latest: dict[str, tuple[float, int]] = {}
        """Of every series the last count, and how many values it has by now."""

    def steps(self, table: Table) -> Ints:
        """The step of every row ``(rows,)``, ``NO_STEP`` where it can't be told.

        Raises UsageError where the column that was asked for is missing, or counts nothing.
        """
        if self._is_settings(table):
            self._begun = True
            self._leave_out(table.rows, "step")
            return np.full(table.rows, NO_STEP, dtype=np.int64)
        self._begun = True
        counter = None if self._numbered else next(self._counters(table), None)
        if counter is not None:
            self._counted, self.epochs = counter.column, counters.counts_epochs(counter.column)
            steps = self._count(counter, table)
        elif self._numbered or self._counted in ("", *self._refused):
            self.epochs = False
            steps = self._number(table.rows)
        else:
            steps = np.full(table.rows, NO_STEP, dtype=np.int64)
            self._leave_out(table.rows, self._counted)
        self._rows += table.rows
        have = steps[steps >= 0]
        self._last = int(have[-1]) if len(have) else self._last
        return steps

    def _is_settings(self, table: Table) -> bool:
        """Whether a log begins with a record of what the program was told, and nothing of training so far."""
        counts = self._asked in table.columns or any(map(counters.is_counter, table.columns))
        return not (self._begun or counts or table.rows > 1 or any(map(tells, table.columns)))

    def _leave_out(self, rows: int, column: str) -> None:
        told = "a row has" if rows == 1 else f"{spaced(rows)} rows have"
        self._note(f"{told} no {short(column)}: left out")

    def _number(self, rows: int) -> Ints:
        if not self._numbered:
            self._numbered = True
            self._note("the rows are numbered from 1: no column counts the steps")
        return np.arange(self._last + 1, self._last + rows + 1, dtype=np.int64)

    def _count(self, counter: _Counter, table: Table) -> Ints:
        have = np.isfinite(counter.both)
        total = table.totals.get(counter.column)
        steps = np.full(table.rows, NO_STEP, dtype=np.int64)
        steps[have] = self._growth.grown(
            counter.counts[have],
            None if counter.epochs is None else counter.epochs[have],
            None if total is None else total.spread(table.rows)[have],
            np.searchsorted(np.flatnonzero(have), np.array(table.anew, dtype=np.int64)),
        )
        if nowhere := table.rows - int(have.sum()):
            self._leave_out(nowhere, counter.column)
        return steps

    def _counters(self, table: Table) -> Iterator[_Counter]:
        """What counts, best first; what turns out to count nothing is refused for good."""
        if self._asked is not None:
            yield from self._named(table, self._asked)
            return
        fine = sorted(
            (rank, column) for column in table.columns if (rank := counters.fineness(column)) is not None
        )
        coarse = [column for column in table.columns if counters.counts_epochs(column)]
        epochs = next((found for one in coarse if (found := self._usable(one, table)) is not None), None)
        for column in [column for _, column in fine] + coarse:
            if column in self._refused or (counts := self._usable(column, table)) is None:
                continue
            one = _Counter(column, counts, None if column in coarse else epochs)
            if not self._stays(one, table):
                yield one
                continue
            self._refuse(column, "stays or begins anew from row to row")

    def _named(self, table: Table, column: str) -> Iterator[_Counter]:
        if column not in table.columns:
            if not self._rows:
                has = listed(list(table.columns))
                raise UsageError(f"there is no column {short(column)!r} to count the steps", f"it has: {has}")
            return
        if (counts := self._usable(column, table)) is None:
            raise UsageError(
                f"column {short(column)!r} does not hold whole numbers from 0",
                "name another: --columns step=COLUMN",
            )
        yield _Counter(column, counts)

    def _refuse(self, column: str, why: str) -> None:
        self._refused.add(column)
        self._note(f"column {short(column)!r} {why}: it is not taken for the step")

    def _usable(self, column: str, table: Table) -> Floats | None:
        """The counts of every row, NaN where it has none, or a damaged one; None where nothing counts."""
        scale = counters.images_a_count(column)
        counts = table.columns[column].spread(table.rows)
        if scale > 1:
            counts = np.round(counts * scale)
        sound = (counts >= 0) & (counts < _LARGEST) & (np.floor(counts) == counts)
        if 2 * sound.sum() <= (~np.isnan(counts)).sum():
            if not self._rows and column not in self._refused and not np.isnan(counts).all():
                self._refuse(column, "does not hold whole numbers from 0")
            return None
        return np.where(sound, counts, np.nan)

    def _stays(self, counter: _Counter, table: Table) -> bool:
        """Whether series have more than two values for most counts."""
        if self._rows and not counters.counts_epochs(counter.column):
            return False  # decided when the log began
        counts, worst = counter.both, 0.0
        for name, cells in table.columns.items():
            if counters.is_counter(name):
                continue
            at = counts if cells.at is None else counts[cells.at]
            at = at[np.isfinite(at)]
            if len(at):
                changes = 1 + int((np.diff(at) != 0).sum())
                worst = max(worst, len(at) / changes, self._repeated(name, at))
        return worst > _MOST_A_STEP

    def _repeated(self, name: str, at: Floats) -> int:
        """How many values the last count has, where it stays over more than one look at the log."""
        last, (count, before) = float(at[-1]), self._latest.get(name, (np.nan, 0))
        now = int((at == last).sum())
        if last == count and now == len(at):
            now += before
        else:
            before = 0
        self._latest[name] = (last, now)
        return now if before else 0
