"""A log in memory: series of values at steps, sorted, one value a step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latentop.engine.external.logs.rows import Batch
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.loss_pairs import DISCRIMINATOR, GENERATOR
from latentop.engine.run.store.bins import Floats, Ints
from latentop.presets.wording import spaced

_HOLDS = 2
"""Of a series' usual pauses: as long as a value may stand for those that were not logged."""
_FALLS_SILENT = 2
"""Times its longest pause so far, after which a series that says no more has fallen silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSeries:
    """Values ``(n,)`` at the steps ``(n,)``; ``name`` is ours, ``column`` the log's own."""

    name: str
    column: str
    steps: Ints
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Everything that was read. ``steps`` are those of every row, also of rows without a value.

    ``epochs`` says that the losses are counted in epochs, or the like: one for many steps of training.
    """

    source: Source
    steps: Ints
    series: tuple[LogSeries, ...]
    notes: tuple[str, ...] = ()
    epochs: bool = False


def counts_epochs(batch: Batch) -> bool:
    """Whether the losses of a GAN in what was read are counted in epochs."""
    return batch.epochs and any(one.name.startswith((GENERATOR, DISCRIMINATOR)) for one in batch.rows)


def tidy(log: Log) -> Log:
    """The log with its series sorted by step and the last value alone of every step; notes say so."""
    disorder = sum(int((np.diff(one.steps) < 0).sum()) for one in log.series)
    series = tuple(_sorted(one) for one in log.series)
    repeated = sum(len(one.steps) for one in log.series) - sum(len(one.steps) for one in series)
    notes = list(log.notes)
    if disorder:
        notes.append("the steps were out of order: they were sorted")
    if repeated:
        told = "a value repeats" if repeated == 1 else f"{spaced(repeated)} values repeat"
        notes.append(f"{told} a step: the last one of every step counts")
    return replace(log, steps=np.unique(log.steps), series=series, notes=tuple(notes))


def blocks(log: Log, rows: int) -> Iterator[tuple[Ints, Mapping[str, Floats]]]:
    """The log from its beginning in blocks of at most so many rows, each with the series it has values of.

    A block ends where a series begins or pauses, so that every series has one value a step.
    """
    if not log.series:
        return
    steps = np.unique(np.concatenate([one.steps for one in log.series]))
    present: NDArray[np.bool_] = np.zeros((len(log.series), len(steps)), dtype=np.bool_)
    values = np.zeros((len(log.series), len(steps)))
    for place, one in enumerate(log.series):
        at = np.searchsorted(steps, one.steps)
        present[place, at], values[place, at] = True, one.values
    changes = np.flatnonzero((present[:, 1:] != present[:, :-1]).any(0)) + 1
    for start, end in zip([0, *changes.tolist()], [*changes.tolist(), len(steps)], strict=True):
        here = [place for place in range(len(log.series)) if present[place, start]]
        for first in range(start, end, rows):
            block = slice(first, min(first + rows, end))
            yield steps[block], {log.series[place].name: values[place, block] for place in here}


def carried(log: Log) -> Log:
    """The log with series of different rows on the same ones: a value holds until the series' next one.

    So a generator that is trained every fifth time is seen beside its discriminator. No value holds before a
    series begins, after it ends, or longer than ``_HOLDS`` of its usual pauses.
    """
    steps = np.unique(np.concatenate([one.steps for one in log.series]))
    return replace(log, series=tuple(_carried(one, steps) for one in log.series))


def _carried(series: LogSeries, steps: Ints) -> LogSeries:
    if len(series.steps) < 2:
        return series
    at = np.searchsorted(steps, series.steps)
    rows = np.arange(at[0], at[-1] + 1)
    source = np.searchsorted(at, rows, side="right") - 1
    fresh = rows - at[source] < _HOLDS * float(np.median(np.diff(at)))
    return replace(series, steps=steps[rows[fresh]], values=series.values[source[fresh]])


def fallen_silent(log: Log) -> Iterator[tuple[LogSeries, int]]:
    """Series that have no more values long before the log ends, each with the step of its last one."""
    for one in log.series:
        if len(one.steps) < 2:
            continue
        at = np.searchsorted(log.steps, one.steps)
        if len(log.steps) - 1 - at[-1] > _FALLS_SILENT * int(np.diff(at).max()):
            yield one, int(one.steps[-1])


def _sorted(series: LogSeries) -> LogSeries:
    order = np.argsort(series.steps, kind="stable")
    steps = series.steps[order]
    last: NDArray[np.bool_] = np.ones(len(steps), dtype=np.bool_)
    last[:-1] = np.diff(steps) > 0
    return replace(series, steps=steps[last], values=series.values[order][last])
