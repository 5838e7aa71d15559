"""One of our own runs as a log, and what was recorded of it while it trained."""

import time
from dataclasses import dataclass

import numpy as np

from engine.diagnose.log import JUDGED, Log, Series
from engine.run import liveness
from engine.run.bins import Bins, Floats
from engine.run.errors import StorageError
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.reader import Alarm, Reader
from engine.watch.alarms import spaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The series as a log, and the run's own facts and alarms."""

    log: Log
    facts: RunFacts
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
        Series(name=name, column=name, steps=found.step, values=_values(found))
        for name, found in bins.items()
    )
    steps = np.concatenate([one.steps for one in series]) if series else np.empty(0, dtype=np.int64)
    log = Log(source="run", steps=steps, series=series, notes=tuple(_notes(batch.facts, bins)))
    return Recorded(log=log, facts=batch.facts, alarms=batch.alarms)


def _values(bins: Bins) -> Floats:
    """The means, but where a bin holds a value that is not finite, such a value."""
    unsound = np.where(np.isfinite(bins.last), np.nan, bins.last)
    return np.where(bins.bad > 0, unsound, bins.mean)


def _notes(facts: RunFacts, bins: dict[str, Bins]) -> list[str]:
    notes = []
    if liveness.judge(facts, time.time()).alive:
        notes.append(f"it is still in training: this is how it stands at step {spaced(facts.step)}")
    widest = max((int(found.n.max()) for found in bins.values()), default=1)
    if widest > 1:
        notes.append(f"a row stands for up to {spaced(widest)} steps: their mean is judged")
    return notes
