"""Rows and columns, as the formats give them before anyone has asked which column counts the steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from latentop.engine.run.store.bins import Floats, Ints


@dataclass(frozen=True, slots=True)
class Cells:
    """Values (n,) of a column in the rows ``at`` (n,), ascending; None: one in every row."""

    values: Floats
    at: Ints | None = None

    def spread(self, rows: int) -> Floats:
        """One value a row, NaN where there is none."""
        if self.at is None:
            return self.values
        whole = np.full(rows, np.nan)
        whole[self.at] = self.values
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Some rows: their cells by column, in the columns' order.

    ``totals`` are how far counters will count (of "5/200" the 200), ``anew`` the rows before which the log
    says that it begins anew: with a header, a banner, a new file.
    """

    rows: int
    columns: Mapping[str, Cells]
    totals: Mapping[str, Cells] = field(default_factory=dict)
    anew: Sequence[int] = ()


def from_records(records: Sequence[Mapping[str, float]], anew: Sequence[int] = ()) -> Table:
    """Rows that hold different columns each."""
    at: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for row, record in enumerate(records):
        for name, value in record.items():
            if name not in at:
                at[name], values[name] = [], []
            at[name].append(row)
            values[name].append(value)
    whole = len(records)
    return Table(
        rows=whole,
        columns={
            name: Cells(
                np.array(values[name], dtype=np.float64),
                None if len(rows) == whole else np.array(rows, dtype=np.int64),
            )
            for name, rows in at.items()
        },
        anew=anew,
    )
