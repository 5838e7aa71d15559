"""A file for a series, a step and a value a line, ``2000: 1.234e+00``: BigGAN's logs."""

from collections.abc import Iterator

import numpy as np

from latentop.engine.external.logs.appended_file import Block
from latentop.engine.external.logs.formats.number_cells import column_of, plain_numbers
from latentop.engine.external.logs.table import Cells, Table
from latentop.engine.run.diagnosis import Source


class SeriesLines:
    """Understands steps and values of one name: a :class:`LineFormat`. Other lines are left out."""

    source: Source = "text"

    def __init__(self, name: str) -> None:
        self._name = name

    def tables(self, block: Block) -> Iterator[Table]:
        """The rows in some lines."""
        flat = block.data[:-1].replace(b"\n", b",").replace(b":", b",")
        numbers = plain_numbers(flat)
        if numbers is None or len(numbers) != 2 * block.data.count(b"\n") or np.isnan(numbers).any():
            pairs = [line.split(b":") for line in block.data.split(b"\n") if line.count(b":") == 1]
            step, value = (column_of([pair[side] for pair in pairs]).cells for side in (0, 1))
            steps, values = step.spread(len(pairs)), value.spread(len(pairs))
            written = np.ones(len(pairs), dtype=np.bool_)
            for cells in (step, value):
                if cells.at is not None:
                    written &= np.isin(np.arange(len(pairs)), cells.at)
            steps, values = steps[written], values[written]
        else:
            steps, values = numbers[::2].copy(), numbers[1::2].copy()
        if len(steps):
            yield Table(
                rows=len(steps),
                columns={"step": Cells(steps), self._name: Cells(values)},
                anew=(0,) if block.begins else (),
            )
