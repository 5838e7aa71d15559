"""When each step was done: kept by a loop in a file that others map, or read from what a run recorded."""

import mmap
import sqlite3
import time
from pathlib import Path

import numpy as np

from benchmarks.speed.turns import Stamps
from latentop.engine.run.folder import RunFolder

MOST_STEPS = 2**22


class Log:
    """Where a loop writes the time after each of its steps; that takes some 0.1 µs."""

    def __init__(self, path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(8 * MOST_STEPS)
        with path.open("r+b") as file:
            self._walls = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")
        self._done = 0

    def stamp(self) -> None:
        """Another step is done."""
        self._walls[self._done] = time.time()
        self._done += 1


def of_log(path: Path) -> Stamps:
    """The steps of a loop that keeps a log; none where it has not begun."""
    if not path.exists() or not path.stat().st_size:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    walls = np.memmap(path, dtype=np.float64, mode="r")
    done = int(np.searchsorted(-walls, 0.0))  # what is not written yet is zero
    return np.arange(1, done + 1), np.array(walls[:done])


def of_run(run: RunFolder) -> Stamps:
    """The recorded steps of a run; where training is fast, those that bins end with."""
    connection = sqlite3.connect(f"{run.database.as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT step, wall FROM points JOIN series ON series.id = points.series"
            " WHERE name = (SELECT min(name) FROM series WHERE name LIKE 'loss/%') ORDER BY step"
        ).fetchall()
    finally:
        connection.close()
    return np.array([step for step, _ in rows], dtype=np.int64), np.array([wall for _, wall in rows])
