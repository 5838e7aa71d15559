"""Rows of a log as columns, and columns as the bins of a run."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from latentop.engine.external.logs.rows import Rows
from latentop.engine.record.host_copy import Column
from latentop.engine.run.events import Scalars
from latentop.engine.run.store.bins import Bins, Floats, Ints, from_values, group

MOST_BINS = 8192
"""Of a series that is there at the beginning: each keeps its extremes."""
LATEST = 1e11
"""Seconds since 1970 that a calendar tells of."""


def joined(parts: dict[str, list[Rows]], now: float) -> dict[str, Column]:
    """Rows by series, ascending, the last value of each step; a row without a time is of now.

    Series that were logged together share their steps and times: a long log has many of them. The parts are
    used up, so that no value is held twice.
    """
    shared: dict[tuple[int, ...], tuple[_Frame, list[object]]] = {}
    columns = {}
    for name in [*parts]:
        rows = parts.pop(name)
        logged = [one for part in rows for one in (part.steps, part.walls)]
        key = tuple(map(id, logged))
        if key not in shared:
            shared[key] = _frame(rows, now), [*logged]  # as long as these are held, no other has their ids
        steps, walls, order = shared[key][0]
        values = np.concatenate([one.values for one in rows])
        columns[name] = Column(steps=steps, walls=walls, values=values if order is None else values[order])
    return columns


_Frame = tuple[Ints, Floats, Ints | None]
"""Steps and times of some columns, and which of their values go with these; None: all, as they come."""


def _frame(rows: Sequence[Rows], now: float) -> _Frame:
    steps = np.concatenate([one.steps for one in rows])
    if all(one.walls is None for one in rows):
        walls = np.broadcast_to(np.float64(now), len(steps))
    else:
        walls = np.concatenate([_known(one, now) for one in rows])
    if (np.diff(steps) > 0).all():
        return steps, walls, None
    order = np.argsort(steps, kind="stable")
    last = np.append(np.diff(steps[order]) != 0, True)[: len(steps)]
    order = order[last]
    return steps[order], walls[order], order


def _known(rows: Rows, now: float) -> Floats:
    """When rows were written; now, where nothing tells."""
    if rows.walls is None:
        return np.full(len(rows.steps), now)
    return np.where(np.isfinite(rows.walls) & (np.abs(rows.walls) < LATEST), rows.walls, now)


def bins(columns: Mapping[str, Column]) -> dict[str, Bins]:
    """What is stored of each series that has values: one bin a value, or aligned wider ones of many."""
    starts: dict[int, Ints | None] = {}
    found = {}
    for name, column in columns.items():
        if len(column.steps):
            if id(column.steps) not in starts:
                starts[id(column.steps)] = _starts(column.steps)
            found[name] = _condensed(column, starts[id(column.steps)])
    return found


def _starts(steps: Ints) -> Ints | None:
    """Where each bin of steps (n,) begins; None where each step is one."""
    if len(steps) <= MOST_BINS:
        return None
    width = 1
    while steps[-1] // width - steps[0] // width >= MOST_BINS - 1:
        width *= 2
    return np.flatnonzero(np.diff((steps - 1) // width, prepend=-1))


def _condensed(column: Column, starts: Ints | None) -> Bins:
    if starts is None:
        return from_values(column.steps, column.walls, column.values)
    ends = np.append(starts[1:], len(column.steps)) - 1
    count = ends - starts + 1
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.add.reduceat(column.values, starts) / count
    if not np.isfinite(mean).all():  # of values that are not, or too large to be added up
        whole = from_values(column.steps, column.walls, column.values)
        return group(whole, np.repeat(np.arange(len(starts)), count))
    lo, hi = np.minimum.reduceat(column.values, starts), np.maximum.reduceat(column.values, starts)
    return Bins(
        step=column.steps[ends],
        wall=column.walls[ends],
        n=count,
        mean=np.clip(mean, lo, hi),
        lo=lo,
        hi=hi,
        last=column.values[ends],
        bad=np.zeros(len(starts), dtype=np.int64),
    )


def of_scalars(scalars: Iterable[Scalars]) -> dict[str, Column]:
    """Scalars as columns, ascending."""
    rows: dict[str, list[tuple[int, float, float]]] = {}
    for one in scalars:
        for name, value in one.values.items():
            rows.setdefault(name, []).append((one.step, one.wall, float(value)))
    found = {}
    for name, column in rows.items():
        steps, walls, values = (np.array(part) for part in zip(*sorted(column), strict=True))
        found[name] = Column(steps=steps.astype(np.int64), walls=walls, values=values)
    return found
