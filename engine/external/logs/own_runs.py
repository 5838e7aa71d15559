"""One of our own runs as a log, and what was recorded of it while it trained."""

import time
from dataclasses import dataclass

import numpy as np

from latentop.engine.external.logs.log import Log, LogSeries
from latentop.engine.external.series_names import JUDGED
from latentop.engine.run.errors import StorageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.store.bins import Bins
from latentop.engine.run.store.reader import Alarm, Reader
from latentop.presets.wording import spaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The series as a log, and the run's own facts and alarms."""

    log: Log
    facts: RunFacts
    alive: bool
    """Whether it is still in training."""
    alarms: tuple[Alarm, ...]


def read(run: RunFolder) -> Recorded:
    """A run, at the resolution of a chart: every bin is a row. Raises StorageError for what is no run."""
    reader = Reader(run.database)
    try:
        batch = reader.poll()
    finally:
        reader.close()
    if batch is None:  # a first poll always reads
        raise StorageError(f"{run.database} holds nothing yet", "try again")
    bins = {name: found for name, found in batch.bins.items() if name.startswith(JUDGED)}
    series = tuple(
        LogSeries(name=name, column=name, steps=found.step, values=found.values)
        for name, found in bins.items()
    )
    steps = np.concatenate([one.steps for one in series]) if series else np.empty(0, dtype=np.int64)
    alive = liveness.judge(batch.facts, time.time()).alive
    notes = tuple(_notes(batch.facts, bins, alive=alive))
    log = Log(source="mirror" if batch.facts.watches else "run", steps=steps, series=series, notes=notes)
    return Recorded(log=log, facts=batch.facts, alive=alive, alarms=batch.alarms)


def _notes(facts: RunFacts, bins: dict[str, Bins], *, alive: bool) -> list[str]:
    notes = []
    if alive:
        goes_on = "watched" if facts.watches else "in training"
        notes.append(f"it is still {goes_on}: this is how it stands at step {spaced(facts.step)}")
    widest = max((int(found.n.max()) for found in bins.values()), default=1)
    if widest > 1:
        notes.append(f"a row stands for up to {spaced(widest)} steps: their mean is judged")
    return notes
