"""JSON, a record a line: BigGAN's and StyleGAN's logs, and those of many others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from latentop.engine.external.logs.appended_file import Block
from latentop.engine.external.logs.formats.json_values import flat, parse, parse_lines
from latentop.engine.external.logs.formats.number_cells import is_number
from latentop.engine.external.logs.table import Cells, Table, from_records
from latentop.engine.run.diagnosis import Source


class JsonLines:
    """Understands a record a line: a :class:`LineFormat`."""

    source: Source = "json"

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._line = self._damaged = 0

    def tables(self, block: Block) -> Iterator[Table]:
        """The rows in some lines."""
        if block.begins == "truncated":
            self._line = 0
        records = parse_lines(block.data)
        if records is None:
            records = list(self._one_by_one(block.data))
        self._line += block.data.count(b"\n")
        if records:
            yield table_of(records, anew=(0,) if block.begins else ())

    def _one_by_one(self, data: bytes) -> Iterator[Any]:
        for place, line in enumerate(data.split(b"\n"), self._line + 1):
            if line.strip():
                try:
                    yield parse(line)
                except ValueError:
                    self._damaged += 1
                    if self._damaged == 1:
                        self._notes.append(f"line {place} is no JSON: left out")
                    elif self._damaged == 2:
                        self._notes.append("more of its lines are damaged: left out")


def table_of(records: Sequence[Any], anew: Sequence[int] = ()) -> Table:
    """The numbers of records, a row each; what is no record has none."""
    return _alike(records, anew) or from_records(
        [dict(flat(one)) if isinstance(one, Mapping) else {} for one in records], anew
    )


def _alike(records: Sequence[Any], anew: Sequence[int]) -> Table | None:
    """Of plain records that all have the same names; None for any others."""
    first = records[0]
    if not isinstance(first, dict) or "snapshot_pkl" in first:
        return None
    names = first.keys()
    if any(type(one) is not dict or one.keys() != names for one in records):
        return None
    columns = {}
    for name in names:
        values = [one[name] for one in records]
        kinds = set(map(type, values))
        if kinds <= {float, int}:
            try:
                columns[str(name)] = Cells(np.array(values, dtype=np.float64))
            except OverflowError:
                return None
        elif kinds == {str}:
            if any(is_number(text.encode("utf-8", "replace")) for text in set(values)):
                return None
        elif kinds not in ({bool}, {type(None)}):
            return None
    return Table(rows=len(records), columns=columns, anew=anew)
