"""A long finished run without the hours: written through the store in the bins that fast training makes."""

from contextlib import closing
from pathlib import Path

import numpy as np

from latentop.engine.record.recorder import BINS_PER_FLUSH, FLUSH_SECONDS
from latentop.engine.run.events import Facts
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store import database
from latentop.engine.run.store.bins import from_values, group
from latentop.engine.run.store.thinning import Allowance
from latentop.engine.run.store.writer import Store

SPEED = 5_000
"""Steps a second."""
STEPS_PER_FLUSH = int(SPEED * FLUSH_SECONDS)
SERIES = (
    "loss/generator",
    "loss/discriminator",
    "score/real",
    "score/fake",
    "accuracy/discriminator",
    "grad/generator",
    "grad/discriminator",
    "update/generator",
)
BEGAN = 1_700_000_000.0
SPIKE, SPIKE_AT, NAN_AT = 40.0, 0.3, 0.6
"""The height of a spike of one step, and where it and the one NaN are, as shares of the run."""


def write(runs: Path, steps: int) -> RunFolder:
    """Write the run, thinned at each flush as the recorder does; spike and NaN are in the first series."""
    facts = RunFacts(
        preset="dcgan", kind="gan", seed=42, steps=steps, title="a long run", data="fashion-mnist"
    )
    run = launch.new(runs, facts, "")
    random, width = np.random.default_rng(0), 1
    while BINS_PER_FLUSH * width < STEPS_PER_FLUSH:
        width *= 2
    spike, bad = int(steps * SPIKE_AT), int(steps * NAN_AT)
    with closing(Store(run.database)) as store:
        for first in range(1, steps + 1, STEPS_PER_FLUSH):
            step = np.arange(first, min(first + STEPS_PER_FLUSH, steps + 1))
            wall = BEGAN + step / SPEED
            values = 1 + random.normal(scale=0.2, size=(len(SERIES), len(step)))
            values[0, step == spike] = SPIKE
            values[0, step == bad] = np.nan
            bins = {
                name: group(from_values(step, wall, column), (step - 1) // width)
                for name, column in zip(SERIES, values, strict=True)
            }
            store.write(bins, [Facts(values={"step": int(step[-1]), "heartbeat": float(wall[-1])})])
            store.thin(Allowance())
        ended = BEGAN + steps / SPEED
        told = {
            "state": "finished",
            "started": BEGAN,
            "created": BEGAN,
            "ended": ended,
            "elapsed": ended - BEGAN,
        }
        store.write({}, [Facts(values=told)])
    return run


def bins_of(run: RunFolder) -> int:
    """How many rows of points and rollups the run holds."""
    with closing(database.open_for_reading(run.database)) as connection:
        tables = ("points", "rollups")
        return sum(connection.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in tables)
