"""A CSV file as a log: it has a header, one column counts steps, others hold losses; nothing is no value."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.diagnose.columns import Wanted, choose
from engine.diagnose.log import Log, Series, columns_told
from engine.run.bins import Ints
from engine.run.errors import UsageError
from engine.watch.alarms import spaced

STEPS = ("step", "global_step", "iter", "iteration", "epoch")
"""Columns that may count steps, best first; capitals, a plural and a folder before it make no difference."""

_NOTHING = frozenset({"", "none", "null", "na", "n/a"})
_DELIMITERS = (",", ";", "\t", " ")
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class _Row:
    """A line that holds cells, and where it stands in the file."""

    line: int
    cells: list[str]


def read(path: Path, wanted: Wanted) -> Log:
    """The losses in a file, and what else bears a name of ours. Raises UsageError for what can't be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path, iter(file), wanted)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}", "name a file that can") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"{path} is no CSV file: {error}", "name a CSV file with a header, or TensorBoard's events"
        ) from error


def _read(path: Path, lines: Iterator[str], wanted: Wanted) -> Log:
    above, first = next(((at, line) for at, line in enumerate(lines, 1) if line.strip()), (0, ""))
    first = first.lstrip("# ")
    delimiter = max(_DELIMITERS[:3], key=first.count)
    delimiter = delimiter if delimiter in first else _DELIMITERS[3]
    header = [
        cell.strip() for cell in next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
    ]
    _check_header(path, header)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    rows = []
    for cells in reader:
        row = _Row(above + reader.line_num, [cell.strip() for cell in cells])
        if any(row.cells) and row.cells != header:
            if any(row.cells[len(header) :]):
                raise UsageError(
                    f"{path}, line {row.line}: {len(row.cells)} cells under {len(header)} columns",
                    "mend or remove that line",
                )
            rows.append(row)
    if not rows:
        raise UsageError(
            f"{path} holds no rows below its columns: {columns_told(header)}", "name a log with rows"
        )
    chosen = choose(str(path), list(dict.fromkeys(filter(None, header))), wanted)
    if twice := [name for name in chosen.values() if header.count(name) > 1]:
        raise UsageError(f"{path} has two columns {twice[0]!r}", "give each a name of its own")
    found = {name: _numbers(path, rows, header.index(column), column) for name, column in chosen.items()}
    steps, notes = _steps(rows, header, list(found.values()))
    kept = steps >= 0
    series = []
    for name, column in chosen.items():
        have = kept & np.array([value is not None for value in found[name]])
        values = np.array([np.nan if value is None else value for value in found[name]], dtype=np.float64)
        series.append(Series(name=name, column=column, steps=steps[have], values=values[have]))
    return Log(source="csv", steps=steps[kept], series=tuple(series), notes=tuple(notes))


def _check_header(path: Path, header: Sequence[str]) -> None:
    if not any(header):
        raise UsageError(f"{path} is empty", "name a CSV file with a header")
    if all(_number(name) is not None for name in header if name):
        raise UsageError(
            f"{path} has no header: its first line holds numbers alone",
            "write one above it, such as: step,g_loss,d_loss",
        )


def _numbers(path: Path, rows: Sequence[_Row], place: int, column: str) -> list[float | None]:
    """A column's values; None where there is none. Raises UsageError for what is no number."""
    values: list[float | None] = []
    for row in rows:
        text = _cell(row, place)
        value = _number(text)
        if value is None and text.lower() not in _NOTHING:
            raise UsageError(
                f"{path}, line {row.line}: {column} is {text!r}, no number",
                "a number is accepted, nan, inf, or nothing",
            )
        values.append(value)
    return values


def _steps(
    rows: Sequence[_Row], header: Sequence[str], found: Sequence[Sequence[float | None]]
) -> tuple[Ints, list[str]]:
    """Each row's step, -1 for a row that has none, and notes; rows are numbered where no column will do.

    The best column is the first that repeats no step. One that has more than two values of a series for most
    steps (an epoch's number at every iteration, or iterations that begin anew every epoch) counts no steps.
    """
    notes: list[str] = []
    usable: list[tuple[float, str, Ints]] = []
    for column in sorted(
        (name for name in header if _counts(name) in STEPS), key=lambda n: STEPS.index(_counts(n))
    ):
        steps = _whole([_cell(row, header.index(column)) for row in rows])
        if steps is None:
            notes.append(
                f"column {column!r} does not hold whole numbers from 0: it is not taken for the step"
            )
            continue
        worst = max(_values_a_step(steps, values) for values in found)
        if worst > 2:
            notes.append(
                f"column {column!r} stays or begins anew from row to row: it is not taken for the step"
            )
            continue
        usable.append((worst, column, steps))
    if not usable:
        notes.append("the rows are numbered from 1: no column counts the steps")
        return np.arange(1, len(rows) + 1, dtype=np.int64), notes
    _, column, steps = next((one for one in usable if one[0] <= 1), usable[0])
    if nowhere := int((steps < 0).sum()):
        told = "a row has" if nowhere == 1 else f"{spaced(nowhere)} rows have"
        notes.append(f"{told} no {column}: left out")
    return steps, notes


def _counts(column: str) -> str:
    """The name of a step's column in its plain form: ``trainer/Global_Step`` is ``global_step``."""
    return column.lower().rpartition("/")[2].strip("_ ").removesuffix("s").replace(" ", "_")


def _whole(cells: Sequence[str]) -> Ints | None:
    """Whole numbers from 0, -1 for an empty cell; None where any cell holds anything else."""
    numbers = [-1.0 if cell.lower() in _NOTHING else _number(cell) for cell in cells]
    if any(one is None or one != one or one != one // 1 or not -1 <= one < _LARGEST for one in numbers):
        return None
    if any(one == -1 and cell.lower() not in _NOTHING for one, cell in zip(numbers, cells, strict=True)):
        return None
    return np.array(numbers, dtype=np.float64).astype(np.int64)


def _values_a_step(steps: Ints, values: Sequence[float | None]) -> float:
    """How many values of a series there are for each step that has any."""
    at = steps[np.array([value is not None for value in values]) & (steps >= 0)]
    return len(at) / max(len(np.unique(at)), 1)


def _cell(row: _Row, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
