"""A whole log, read once: series of ours at their steps, ready to be judged."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.log import Log, LogSeries, counts_epochs
from latentop.engine.external.logs.places import only_log
from latentop.engine.external.logs.rows import Batch
from latentop.engine.external.series_names import is_judged
from latentop.engine.run.store.bins import Floats, Ints
from latentop.presets.wording import spaced


def read(path: Path, wanted: ColumnsWanted) -> Log:
    """The series of a log that can be judged. Raises UsageError for what is no log, or holds no losses."""
    feed = only_log(path).open(wanted)
    try:
        batches: list[Batch] = []
        while new := feed.poll(final=True):
            batches += new
        feed.require()
        steps, series, notes = _joined(batches)
        return Log(
            source=feed.source,
            steps=steps,
            series=tuple(
                LogSeries(name=name, column=column, steps=series[name][0], values=series[name][1])
                for name, column in feed.columns.items()
                if name in series and is_judged(name)
            ),
            notes=(*feed.notes, *notes),
            epochs=any(map(counts_epochs, batches)),
        )
    finally:
        feed.close()


def _joined(batches: Iterable[Batch]) -> tuple[Ints, dict[str, tuple[Ints, Floats]], list[str]]:
    """All steps, and every series; where training went back, what lies behind counts no more."""
    every: list[Ints] = []
    found: dict[str, list[tuple[Ints, Floats]]] = {}
    backs = []
    for batch in batches:
        if batch.back_to is not None:
            backs.append(batch.back_to)
            every = [steps[steps < batch.back_to] for steps in every]
            found = {name: [_before(part, batch.back_to) for part in parts] for name, parts in found.items()}
        every.append(batch.steps)
        for one in batch.rows:
            found.setdefault(one.name, []).append((one.steps, one.values))
    series = {
        name: (np.concatenate([at for at, _ in parts]), np.concatenate([values for _, values in parts]))
        for name, parts in found.items()
    }
    notes = []
    if backs:
        where = ", ".join(map(spaced, backs[:3])) + (f" and {len(backs) - 3} more" if len(backs) > 3 else "")
        notes.append(f"training went back, to step {where}: from there on the later values count")
    return np.concatenate(every) if every else np.empty(0, dtype=np.int64), series, notes


def _before(part: tuple[Ints, Floats], step: int) -> tuple[Ints, Floats]:
    steps, values = part
    kept = steps < step
    return steps[kept], values[kept]
