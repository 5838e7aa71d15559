"""What a long run takes on disk, thinned and not, and what thinning costs: python -m benchmarks.thinning."""

import argparse
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.thinning import Allowance
from latentop.engine.run.store.writer import Store

ROWS = 64
"""Rows of a series in one flush: what fast training writes four times a second."""


def main() -> None:
    """Write two runs of the same steps, one of them thinned at every flush, and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--series", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for thinned in (False, True):
            run = launch.new(Path(folder), RunFacts(preset="dcgan", seed=int(thinned)), "")
            seconds = _write(run, arguments.steps, arguments.series, thinned=thinned)
            size = run.database.stat().st_size / 1e6
            opening, rows = _open(run)
            print(
                f"{'thinned' if thinned else 'whole':8}{size:8.1f} MB · flush: median"
                f" {1e3 * statistics.median(seconds):.1f} ms, longest {1e3 * max(seconds):.1f} ms"
                f" · opens in {1e3 * opening:.0f} ms, {rows} rows"
            )


def _write(run: RunFolder, steps: int, series: int, *, thinned: bool) -> list[float]:
    """Seconds of each flush."""
    random, taken = np.random.default_rng(0), []
    with closing(Store(run.database)) as store:
        for first in range(1, steps + 1, ROWS):
            step = np.arange(first, min(first + ROWS, steps + 1))
            new = {
                f"loss/{one}": from_values(step, step / 480, random.normal(size=len(step)))
                for one in range(series)
            }
            began = time.perf_counter()
            store.write(new, [])
            if thinned:
                store.thin(Allowance())
            taken.append(time.perf_counter() - began)
    return taken


def _open(run: RunFolder) -> tuple[float, int]:
    """Seconds until a viewer has read the run, and how many rows that are."""
    began = time.perf_counter()
    with closing(Reader(run.database)) as reader:
        batch = reader.poll()
    assert batch is not None
    return time.perf_counter() - began, sum(map(len, batch.bins.values()))


if __name__ == "__main__":
    main()
