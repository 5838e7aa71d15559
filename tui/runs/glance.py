"""One look at a run on disk: its facts, whether it lives, the last value of every series, alarms, marks."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.reader import Alarm, Batch, Reader
from latentop.tui.model import derived
from latentop.tui.model.state import State, apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look saw. ``values`` maps a series to its last step and value, whatever that is.

    ``typical`` are the values that a person reads as those of now.
    """

    run: RunFolder
    facts: RunFacts
    state: Liveness
    values: Mapping[str, tuple[int, float]]
    typical: Mapping[str, float]
    alarms: tuple[Alarm, ...]
    marks: tuple[Mark, ...]


def look(run: RunFolder) -> Look:
    """Everything about a run, as of now. Raises StorageError for what is no run."""
    reader = Reader(run.database)
    try:
        batch = reader.poll()
        if batch is None:  # a first poll always reads
            raise UsageError(f"{run.id} holds nothing yet", "try again")
        facts, state = judged(reader, batch.facts)
    finally:
        reader.close()
    return Look(
        run=run,
        facts=facts,
        state=state,
        values=last_values({}, batch),
        typical=derived.all_typical(apply(State(), batch)),
        alarms=batch.alarms,
        marks=batch.marks,
    )


def glance(run: RunFolder) -> tuple[RunFacts, Liveness]:
    """A run's facts and true state alone: cheap. Raises StorageError for what is no run."""
    reader = Reader(run.database)
    try:
        return judged(reader, reader.facts())
    finally:
        reader.close()


def newest_value(run: RunFolder, name: str) -> float | None:
    """The last value of one series; None where the run has none. Raises StorageError for what is no run."""
    reader = Reader(run.database)
    try:
        return reader.newest_value(name)
    finally:
        reader.close()


def judged(reader: Reader, facts: RunFacts) -> tuple[RunFacts, Liveness]:
    """Facts and true state."""
    state = liveness.judge(facts, time.time())
    if doubtful(state):
        facts = reader.facts()
        state = liveness.judge(facts, time.time())
    return facts, state


def doubtful(state: Liveness) -> bool:
    """Whether to read once more before this is believed.

    A worker may write its last words and end between our reading and our judging; what is read after it
    looked dead is all that it wrote.
    """
    return state.name in ("crashed", "lost")


def stillborn() -> bool:
    """Whether the worker that this very process started has ended: known at once, no heartbeat needed."""
    return any(process.poll() is not None for process in launch.started()[-1:])


def last_values(known: Mapping[str, tuple[int, float]], batch: Batch) -> dict[str, tuple[int, float]]:
    """The last step and value of every series, after a batch."""
    newer = {name: (int(bins.step[-1]), float(bins.last[-1])) for name, bins in batch.bins.items()}
    return newer if batch.fresh else {**known, **newer}
