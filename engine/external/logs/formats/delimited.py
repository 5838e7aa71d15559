"""Tables of cells: CSV, tabs, semicolons with decimal commas, blanks; sparse ones, ones with new headers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentop.engine.external.logs.appended_file import Block
from latentop.engine.external.logs.formats.cells import BLANK, above, delimiter_of, parted
from latentop.engine.external.logs.formats.frames import NAMES, unframed
from latentop.engine.external.logs.formats.number_cells import column_of, is_number, plain_numbers
from latentop.engine.external.logs.near_names import short
from latentop.engine.external.logs.table import Cells, Table
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.errors import UsageError

_COMMAS = (b",", b";")
_BLANKS = re.compile(rb"[ \t]+")
_NUMERIC = b"0123456789.+-"
_EMPTY_LINES = re.compile(rb"\n[ \t]*(?=\n)")
_MOST_COLUMNS = 10_000
_TELLING = 2
"""Rows from which on a column that holds no number holds texts."""
_DOWNLOADED = ("Wall time", "Step", "Value")
"""The columns of a tag that was saved from TensorBoard's page: its name is the file's."""
_SAVED_AS = re.compile(r".*-tag-|\.csv$")


class Delimited:
    """Understands lines of cells under a header: a :class:`LineFormat`. Notes tell what can't be read."""

    def __init__(self, path: Path, notes: list[str]) -> None:
        self._path, self._notes = path, notes
        self._header: list[str] = []
        self._first = b""
        self._delimiter = b","
        self._comment = b""
        self._line = 0
        self._bare = True
        """Whether there is no row yet under the columns."""
        self._anew = False
        """Whether a header came since the last row."""
        self._damaged = 0
        self._texts: set[str] = set()

    @property
    def source(self) -> Source:
        """CSV where commas or semicolons part the cells, else a table: of tabs, blanks, in a frame."""
        return "csv" if self._delimiter in _COMMAS else "table"

    @property
    def header(self) -> list[str]:
        """The columns so far."""
        return self._header

    @property
    def delimited(self) -> bool:
        """Whether anything but blanks parts its columns."""
        return len(self._header) > 1 and self._delimiter != BLANK

    def tables(self, block: Block) -> Iterator[Table]:
        """The rows in some lines, a table for every header. Raises UsageError where there is no header."""
        if block.begins in ("first", "truncated"):
            self._header, self._comment, self._line = [], b"", 0
        data = unframed(block.data)
        for table in self._tables(data, begins=bool(block.begins)):
            yield replace(table, anew=(0,)) if self._anew else table
            self._anew = False

    def _tables(self, data: bytes, *, begins: bool) -> Iterator[Table]:
        table = None if begins or not self._header else self._uniform(data)
        if table is None:
            yield from self._line_by_line(data, begins=begins)
        else:
            self._line += data.count(b"\n")
            yield table

    def _uniform(self, data: bytes) -> Table | None:
        """The table of lines that all have a cell for every column; None where any has not."""
        data, delimiter, width = self._tidy(data), self._delimiter, len(self._header)
        rows = data.count(b"\n")
        if not rows or b'"' in data or NAMES in data or data.count(delimiter) != rows * (width - 1):
            return None
        raw = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero((raw == delimiter[0]) | (raw == 10))
        if not (raw[ends[width - 1 :: width]] == 10).all():
            return None
        flat = data[:-1].replace(b"\n", delimiter)
        if delimiter != b",":
            flat = flat.replace(b",", b".").replace(delimiter, b",")
        numbers = plain_numbers(flat)
        self._bare = False
        if numbers is not None:
            return _of_numbers(self._header, numbers.reshape(rows, width))
        return self._of_texts(flat.split(b","), rows)

    def _tidy(self, data: bytes) -> bytes:
        """Lines without blanks around cells, where blanks part them, and without empty lines."""
        if self._delimiter == BLANK:
            data = _BLANKS.sub(BLANK, data).replace(b"\n ", b"\n").replace(b" \n", b"\n").lstrip(BLANK)
        return _EMPTY_LINES.sub(b"", data).lstrip(b"\n")

    def _of_texts(self, cells: Sequence[bytes], rows: int) -> Table | None:
        """The table of cells of which some are no numbers. None where a line may be a header."""
        width = len(self._header)
        first = cells[::width]
        if any(cell.strip() == self._first for cell in first):
            return None
        columns = {}
        for place, name in enumerate(self._header):
            if name in self._texts:
                continue
            column = column_of(cells[place::width])
            if not column.numbers:
                if column.damaged is not None and rows > _TELLING:
                    self._texts.add(name)
                elif column.damaged is not None and not column.duration:
                    self._tell(self._line + column.row + 1, f"{short(name)} is {column.damaged!r}, no number")
                continue
            if column.damaged is not None:
                if self._looks_like_header(cells[column.row * width : (column.row + 1) * width]):
                    return None
                self._tell(self._line + column.row + 1, f"{short(name)} is {column.damaged!r}, no number")
            columns[name] = column.cells
        return Table(rows=rows, columns=columns)

    def _line_by_line(self, data: bytes, *, begins: bool) -> Iterator[Table]:
        """Lines one by one: headers among them, quoted cells, rows that are short or damaged."""
        rows: list[bytes] = []
        at = 0
        lines = data.split(b"\n")[:-1]
        before = 0 if self._header else above(lines)
        if left := sum(map(bool, map(bytes.strip, lines[:before]))):
            self._notes.append(f"above its columns {left} {'line is' if left == 1 else 'lines are'} left out")
        for place, line in enumerate(lines):
            self._line += 1
            at += len(line) + 1
            if place < before or not line.strip():
                continue
            above_rule, line = line.startswith(NAMES), line.lstrip(NAMES)
            named = line[:1] not in _NUMERIC and (
                self._looks_like_header(self._cells(line), begins=begins)
                or self._names_others(line, above_rule=above_rule)
            )
            if named or not self._header:
                if rows:
                    yield from self._table(rows)
                    rows = []
                if self._take_header(line):
                    self._anew = True
                    if self._header and (table := self._uniform(data[at:])) is not None:
                        self._line += data.count(b"\n", at)
                        yield table
                        return
                    continue
            if (row := self._row(line)) is not None:
                rows.append(row)
                self._bare = False
        if rows:
            yield from self._table(rows)

    def _table(self, rows: Sequence[bytes]) -> Iterator[Table]:
        after, self._line = self._line, self._line - len(rows)
        table = self._uniform(b"\n".join(rows) + b"\n")
        self._line = after
        if table is not None:
            yield table

    def _take_header(self, line: bytes) -> bool:
        """Take a line as the header from here on; False where it is a row under a header in a comment.

        Raises UsageError where there is no header at all.
        """
        bare = line.lstrip(b"# ")
        self._delimiter = delimiter_of(bare)
        cells = self._cells(bare)
        if bare != line.lstrip() and not self._header:
            self._comment = bare  # the header, where numbers follow
            return True
        if sum(map(is_number, cells)) * 2 > sum(map(bool, cells)):
            if not self._comment:
                raise UsageError(
                    f"{self._path} has no header: its first line holds numbers",
                    "write one above it, such as: step,g_loss,d_loss",
                )
            self._name(self._cells(self._comment))
            return False
        self._name(cells)
        return True

    def _name(self, cells: Sequence[bytes]) -> None:
        names = [cell.decode("utf-8", "replace") for cell in cells]
        if len(names) > _MOST_COLUMNS:
            raise UsageError(f"{self._path} has {len(names)} columns", f"at most {_MOST_COLUMNS} are read")
        if sorted(names) == sorted(_DOWNLOADED):
            names[names.index("Value")] = _SAVED_AS.sub("", self._path.name) or "Value"
        seen: dict[str, int] = {}
        self._header = []
        for name in names:
            seen[name] = seen.get(name, 0) + 1
            self._header.append(name + " again" * (seen[name] - 1))
        self._first, self._bare = cells[0], True

    def _cells(self, line: bytes) -> list[bytes]:
        return parted(line, self._delimiter)

    def _names_others(self, line: bytes, *, above_rule: bool) -> bool:
        """Whether it names other columns: right above a rule, or before there is a row under the first."""
        delimiter = delimiter_of(line)
        cells = parted(line, delimiter)
        other = (len(cells), delimiter) != (len(self._header), self._delimiter)
        names = len(cells) > 1 and not any(map(is_number, cells))
        return bool(self._header) and names and (above_rule or (self._bare and other))

    def _looks_like_header(self, cells: Sequence[bytes], *, begins: bool = False) -> bool:
        """Whether it names columns: no number is among the cells, and half of them are known, or all new."""
        if not cells or not cells[0] or any(is_number(cell) for cell in cells):
            return False
        known = sum(cell.decode("utf-8", "replace") in self._header for cell in cells)
        return known >= max(1, len(cells) / 2) or (begins and known > 0)

    def _row(self, line: bytes) -> bytes | None:
        """A line with as many plain cells as there are columns; None where it has more."""
        width = len(self._header)
        if line.lstrip().startswith(b"#"):
            return None
        plain = self._delimiter != BLANK and b'"' not in line
        if plain and line.count(self._delimiter) == width - 1:
            return line
        if plain and self._damaged > 1 and line.count(self._delimiter) > width:
            return None  # that there are such lines has been told
        cells = self._cells(line)
        if len(cells) == width + 1 and not cells[-1]:
            cells = cells[:-1]
        if len(cells) > width or not cells:
            self._tell(self._line, f"{len(cells)} cells under {width} columns")
            return None
        cells += [b""] * (width - len(cells))
        if self._delimiter == BLANK:
            cells = [cell or b"none" for cell in cells]
        return self._delimiter.join(cell.replace(self._delimiter, BLANK).replace(b'"', b"") for cell in cells)

    def _tell(self, line: int, what: str) -> None:
        self._damaged += 1
        if self._damaged == 1:
            self._notes.append(f"line {line}: {what}: left out")
        elif self._damaged == 2:
            self._notes.append("more of its lines are damaged: left out")


def _of_numbers(header: Sequence[str], numbers: NDArray[np.float64]) -> Table:
    """Of numbers (rows, columns), NaN where a cell is empty."""
    columns = {}
    for place, name in enumerate(header):
        values = numbers[:, place]
        at = np.flatnonzero(~np.isnan(values))
        if len(at) == len(values):
            columns[name] = Cells(np.ascontiguousarray(values))
        elif len(at):
            columns[name] = Cells(values[at], at)
    return Table(rows=len(numbers), columns=columns)
