"""A log under our names: what its reader gives, mapped to series, sums worked out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from latentop.engine.external.logs.columns import Columns
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.merged_log import MergedLog
from latentop.engine.external.logs.rows import Batch, LogReader
from latentop.engine.external.logs.sums import Sum
from latentop.engine.run.diagnosis import Source


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a log, in a file or folder: ``key`` tells it from others, ``opened`` reads it."""

    key: str
    opened: Callable[[list[str], str | None], LogReader]


class LogFeed:
    """Reads a log of one training, once or for ever: a :class:`LogReader` whose names are series of ours.

    Names that mean nothing here are series under their own names. ``place`` names the log in messages.
    """

    def __init__(self, place: str, wanted: ColumnsWanted) -> None:
        self._wanted = wanted
        self._reader = MergedLog()
        self._parts: set[str] = set()
        self._own_notes: list[str] = []
        self._columns = Columns(place, wanted)
        self._sums: dict[str, Sum] = {}
        self._series: dict[str, list[str]] = {}
        """Of every column, the series that it is."""

    def extend(self, parts: Iterable[Part]) -> None:
        """Read these files, too, where they are new."""
        for part in parts:
            if part.key not in self._parts:
                self._parts.add(part.key)
                self._reader.add(part.opened([], self._wanted.step))

    def note(self, words: str) -> None:
        """What else a person should hear."""
        self._own_notes.append(words)

    @property
    def source(self) -> Source:
        """The format of the log."""
        return self._reader.source

    @property
    def notes(self) -> list[str]:
        """What a person should hear about the reading, in a line each. It grows."""
        return [*self._own_notes, *self._reader.notes]

    @property
    def columns(self) -> Mapping[str, str]:
        """Of every series so far, the column that it is, or the sum of columns."""
        return self._columns.told()

    def require_wanted(self) -> None:
        """Raise UsageError where what was read so far lacks what was asked for by name."""
        self._columns.require_wanted()

    def require(self) -> None:
        """Raise UsageError where what was read so far lacks what was asked for, or holds nothing to judge."""
        self._columns.require_wanted()
        self._columns.require_losses()

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What was appended since the last call, at most some megabytes; empty where there is no more.

        Raises UsageError where the log is none, can't be read, or where several of its first columns may be
        the same loss.
        """
        batches = self._reader.poll(final=final)
        self._learn(dict.fromkeys(one.name for batch in batches for one in batch.rows))
        return [self._named(batch) for batch in batches]

    def close(self) -> None:
        """Let go of its files."""
        self._reader.close()

    def _learn(self, names: Iterable[str]) -> None:
        new = [name for name in names if name not in self._series]
        if not new:
            return
        self._columns.learn(new)
        self._series |= {name: [] for name in new}
        for series, formula in self._columns.formulas.items():
            times, column = formula.terms[0]
            if len(formula.terms) > 1 or times != 1 or formula.constant:
                self._sums.setdefault(series, Sum(formula))
            elif column in self._series and series not in self._series[column]:
                self._series[column].append(series)

    def _named(self, batch: Batch) -> Batch:
        rows = [replace(one, name=series) for one in batch.rows for series in self._series[one.name]]
        if self._sums:
            by_name = {one.name: one for one in batch.rows}
            for one in self._sums.values():
                if batch.back_to is not None:
                    one.back_to(batch.back_to)
                if (total := one.take(by_name)) is not None:
                    rows.append(total)
        return replace(batch, rows=tuple(rows))
