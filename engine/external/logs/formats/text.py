"""Text that a program prints: names and numbers, and counters that say which step it is."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from latentop.engine.external.logs import counters
from latentop.engine.external.logs.appended_file import Block
from latentop.engine.external.logs.formats.decimal_commas import dotted
from latentop.engine.external.logs.formats.first_rank import FirstRank
from latentop.engine.external.logs.formats.number_cells import column_of, plain_numbers
from latentop.engine.external.logs.formats.text_line import Field, Shape, shape_of
from latentop.engine.external.logs.table import Cells, Table
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.store.bins import Floats, Ints

DIGITS = b"0123456789.+-"
"""What lines of one shape differ in."""
_COMMAS = bytes(byte if byte in DIGITS else 44 for byte in range(256))
CODES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-_])|[\x00-\x08\x0b-\x1f\x7f]"
)
"""Escape codes and other control characters: colours, titles of windows, progress bars."""
_COMMA = 44
LONGEST = 4096
"""Bytes of a line that is looked at; a longer one is no line of losses."""
_MOST_SHAPES = 2048


class _Found:
    """Values that were found, each with the place of its line."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Ints, Floats]]] = {}

    def add(self, name: str, places: Ints, values: Floats) -> None:
        self._parts.setdefault(name, []).append((places, values))

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def of(self, name: str) -> tuple[Ints, Floats]:
        """Places, ascending, and the values there."""
        if len(self._parts[name]) == 1:
            return self._parts[name][0]
        places, values = (np.concatenate(each) for each in zip(*self._parts[name], strict=True))
        order = np.argsort(places, kind="stable")
        return places[order], values[order]


class Text:
    """Understands lines of text: a :class:`LineFormat`. Remembers the counters that were said last."""

    source: Source = "text"

    def __init__(self, notes: list[str] | None = None, *, commas: bool = False) -> None:
        self._commas = commas
        """Whether its lines have decimal commas."""
        self._shapes: dict[bytes, Shape] = {}
        self._said: dict[str, float] = {}
        self._own: set[str] = set()
        """Counters that rows hold themselves."""
        self._begins = False
        self._of_first_rank = FirstRank([] if notes is None else notes)

    def tables(self, block: Block) -> Iterator[Table]:
        """The rows in some lines."""
        if block.begins == "truncated":
            self._said, self._own = {}, set()
        self._begins = self._begins or bool(block.begins)
        data = block.data
        if b"\x1b" in data or b"\x08" in data:
            data = CODES.sub(b"", data)
        data = self._of_first_rank(data)
        if not data:
            return
        values, totals = _Found(), _Found()
        if (alike := self._alike(data, values, totals)) is not None:
            yield from self._table(values, totals, alike, ())
            return
        lines = data.split(b"\n")[:-1]
        groups: dict[bytes, list[int]] = {}
        for place, line in enumerate(lines):
            groups.setdefault(line.translate(None, DIGITS), []).append(place)
        is_row: NDArray[np.bool_] = np.zeros(len(lines), dtype=np.bool_)
        banners: list[int] = []
        for key, places in groups.items():
            shape = self._shape(key, lines[places[0]])
            if shape.banner:
                banners += places
            if not shape.fields:
                continue
            text = b"\n".join([lines[place] for place in places])
            if self._in_bulk(text, np.array(places, dtype=np.int64), shape, values, totals):
                self._note_row(shape, places, is_row)
                continue
            for place in places:
                shape = _look(lines[place], commas=self._commas)
                self._note_row(shape, [place], is_row)
                for field in shape.fields:
                    (totals if field.total else values).add(
                        field.name, np.array([place]), np.array([field.value])
                    )
        yield from self._table(values, totals, np.flatnonzero(is_row), sorted(banners))

    def _alike(self, data: bytes, values: _Found, totals: _Found) -> Ints | None:
        """The places of all lines, where all are rows of one shape and were read; None where not."""
        line = data[: data.index(b"\n")]
        key = line.translate(None, DIGITS)
        lines = data.count(b"\n")
        if data.translate(None, DIGITS) != (key + b"\n") * lines:
            return None
        shape = self._shape(key, line)
        places = np.arange(lines)
        if not shape.row or not self._in_bulk(data, places, shape, values, totals):
            return None
        self._note_row(shape, [], np.empty(0, dtype=np.bool_))
        return places

    def _in_bulk(self, text: bytes, places: Ints, shape: Shape, values: _Found, totals: _Found) -> bool:
        """Read lines of a shape at once; False where one is of another."""
        if not shape.bulk:
            return False
        if shape.commas:
            text = dotted(text.decode("utf-8", "replace")).encode()
        apart = _apart(text)
        width = shape.runs
        if apart.count(b",") != width * len(places):
            return False
        whole = None if shape.awkward else plain_numbers(apart[:-1])
        needed = whole is None or shape.fixed or any(field.power for field in shape.fields)
        runs = apart[:-1].split(b",") if needed else []
        if any(runs[place::width].count(said.encode()) != len(places) for place, said in shape.fixed):
            return False
        numbers = None if whole is None else whole.reshape(len(places), width)
        read = [(field, _values(field, runs, numbers, width, len(places))) for field in shape.fields]
        if any(found is None for _, found in read):
            return False
        for field, found in read:
            if found is not None:
                (totals if field.total else values).add(field.name, places, found)
        return True

    def _shape(self, key: bytes, line: bytes) -> Shape:
        if (shape := self._shapes.get(key)) is None:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[key] = _look(line, commas=self._commas)
        return shape

    def _note_row(self, shape: Shape, places: Sequence[int], is_row: NDArray[np.bool_]) -> None:
        if shape.row:
            is_row[places] = True
            self._own.update(field.name for field in shape.fields if field.counts)

    def _table(self, values: _Found, totals: _Found, rows: Ints, banners: Sequence[int]) -> Iterator[Table]:
        columns: dict[str, Cells] = {}
        ends: dict[str, Cells] = {}
        for name in values:
            places, found = values.of(name)
            if not counters.is_counter(name):
                columns[name] = _in_rows(places, found, rows)
            elif self._matters(name):
                columns[name] = self._carried(name, places, found, rows)
                if name in totals:
                    ends[name] = _in_rows(*totals.of(name), rows)
        for name in self._said:
            if name not in columns and self._matters(name):
                columns[name] = Cells(np.full(len(rows), self._said[name]))
        anew = {int(np.searchsorted(rows, at)) for at in banners if len(rows) and at < rows[-1]}
        if self._begins and len(rows):
            anew.add(0)
        self._begins = (bool(banners) and (not len(rows) or banners[-1] > rows[-1])) or (
            self._begins and not len(rows)
        )
        if len(rows):
            yield Table(rows=len(rows), columns=columns, totals=ends, anew=sorted(anew))

    def _matters(self, name: str) -> bool:
        """Whether a counter is one of rows; one of other lines counts where rows have none of its kind."""
        if name in self._own or counters.is_wall(name):
            return True
        epochs = counters.counts_epochs(name)
        return not any(counters.counts_epochs(own) == epochs for own in self._own)

    def _carried(self, name: str, places: Ints, found: Floats, rows: Ints) -> Cells:
        """A counter at every row: what was said in its line, or last before it."""
        if not len(places):
            return Cells(np.full(len(rows), np.nan))
        if places is rows:
            self._said[name] = float(found[-1])
            return Cells(found)
        before = np.concatenate([[self._said.get(name, np.nan)], found])
        self._said[name] = float(found[-1])
        return Cells(before[np.searchsorted(places, rows, side="right")])


def _apart(text: bytes) -> bytes:
    """What numbers are made of, each run with a comma behind it; all the rest is left out."""
    spread = np.frombuffer(text.translate(_COMMAS) + b",", dtype=np.uint8)
    keeps = spread != _COMMA
    keeps[1:] |= keeps[:-1].copy()
    return bytes(spread[keeps])


def _look(line: bytes, *, commas: bool) -> Shape:
    return shape_of(line[:LONGEST].decode("utf-8", "replace"), commas=commas)


def _in_rows(places: Ints, found: Floats, rows: Ints) -> Cells:
    """Cells of what was found in lines, of which some are rows."""
    if places is rows or np.array_equal(places, rows):
        return Cells(found)
    at = np.searchsorted(rows, places)
    mine = (at < len(rows)) & (rows[np.minimum(at, len(rows) - 1)] == places) if len(rows) else at < 0
    return Cells(found[mine], at[mine])


def _values(
    field: Field, runs: Sequence[bytes], numbers: NDArray[np.float64] | None, width: int, lines: int
) -> Floats | None:
    """The values of a field in all lines; None where one is no number.

    They are taken from the ``runs``, or from the ``numbers`` (lines, width) that these are.
    """
    if field.run == -1:
        return np.full(lines, field.value)
    if numbers is not None and not field.power:
        return numbers[:, field.run] * field.scale
    mine = runs[field.run :: width]
    if field.power:
        mine = [b"e".join(pair) for pair in zip(mine, runs[field.run + 1 :: width], strict=True)]
    values = plain_numbers(b",".join(mine))
    if values is None:
        column = column_of(mine)
        if column.numbers != lines:
            return None
        values = column.cells.values
    return values * field.scale
