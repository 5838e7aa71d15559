"""Numbers as logs write them, many at once."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import numpy as np

from latentop.engine.external.logs.table import Cells
from latentop.engine.run.store.bins import Floats

NOTHING = frozenset({b"", b"none", b"null", b"na", b"n/a", b"-", b"--"})
"""How a cell says in small letters that there is no value; NaN is a value."""
_NUMBERS = msgspec.json.Decoder(list[float])
_PLAIN = msgspec.json.Decoder(list[float | None])
_DURATION = re.compile(rb"[0-9:]*:[0-9][0-9:.,]*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*")
_LONGEST = 64


def plain_numbers(cells: bytes) -> Floats | None:
    """The numbers between commas, NaN where there is none; None where any is no plain one (NaN is none)."""
    if b",," in cells or cells[:1] == b"," or cells[-1:] == b",":
        cells = b"," + cells + b","
        cells = cells.replace(b",,", b",null,").replace(b",,", b",null,")[1:-1]
    listed = b"[" + cells + b"]"
    try:
        if b"null" in cells:
            return np.array(_PLAIN.decode(listed), dtype=np.float64)
        return np.fromiter(_NUMBERS.decode(listed), dtype=np.float64)
    except (msgspec.DecodeError, ValueError, OverflowError):
        return None


def number(cell: bytes) -> float | None:
    """The number that a cell is, NaN and infinities among them; None for anything else."""
    try:
        return float(cell)
    except ValueError:
        return None


def is_number(cell: bytes) -> bool:
    """Whether it is one."""
    return number(cell) is not None


@dataclass(frozen=True, slots=True)
class Column:
    """Cells of a column that hold numbers, and the first of those that hold something else."""

    cells: Cells
    numbers: int
    damaged: str | None
    row: int
    """Of the damaged cell."""
    duration: bool
    """Whether that one is a time of day, a date, or a duration."""


def column_of(cells: Sequence[bytes]) -> Column:
    """Read a column of which not all cells are plain numbers."""
    with suppress(ValueError):
        return Column(Cells(np.array(list(map(float, cells)), dtype=np.float64)), len(cells), None, 0, False)
    values: list[float] = []
    at: list[int] = []
    damaged, row = None, 0
    for place, cell in enumerate(cells):
        found = number(cell)
        if found is not None:
            values.append(found)
            at.append(place)
        elif damaged is None and cell.strip().lower() not in NOTHING:
            damaged, row = cell.strip()[:_LONGEST].decode("utf-8", "replace"), place
    whole = len(at) == len(cells)
    return Column(
        Cells(np.array(values, dtype=np.float64), None if whole else np.array(at, dtype=np.int64)),
        len(values),
        damaged,
        row,
        damaged is not None and _DURATION.fullmatch(damaged.encode()) is not None,
    )
