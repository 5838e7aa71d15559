"""A file for a series, as MLflow's store of files keeps metrics: time in milliseconds, value, step."""

import re
from collections.abc import Iterator

from latentop.engine.external.logs.appended_file import Block
from latentop.engine.external.logs.formats.number_cells import column_of
from latentop.engine.external.logs.table import Table
from latentop.engine.run.diagnosis import Source

LINE = re.compile(
    rb"[0-9]{12,14} (?:[-+]?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?|nan|[-+]?inf(?:inity)?) [0-9]+\s*", re.IGNORECASE
)
FOLDER = "metrics"
"""In which MLflow keeps them, by their names."""


class MlflowMetric:
    """Understands times, values and steps of one name: a :class:`LineFormat`. Other lines are left out."""

    source: Source = "mlflow"

    def __init__(self, name: str) -> None:
        self._columns = ("timestamp", name, "step")

    def tables(self, block: Block) -> Iterator[Table]:
        """The rows in some lines."""
        rows = [line.split() for line in block.data.split(b"\n") if LINE.fullmatch(line)]
        if rows:
            cells = [column_of(column).cells for column in zip(*rows, strict=True)]
            yield Table(
                rows=len(rows),
                columns=dict(zip(self._columns, cells, strict=True)),
                anew=(0,) if block.begins else (),
            )
