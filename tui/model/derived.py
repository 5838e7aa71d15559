"""What can be told from a state: speed, time left, last values, standing alarms. Pure."""

from collections.abc import Iterable
from math import ceil, isfinite

import numpy as np

from latentop.engine.run import plane, series
from latentop.engine.run.events import LOST, Mark
from latentop.engine.run.store.bins import Bins
from latentop.engine.run.store.bins import until as cut
from latentop.engine.run.store.reader import Alarm
from latentop.tui.model import plain_text
from latentop.tui.model.state import State

RECENT_SECONDS = 30.0
"""Speed is told over this long."""
STEADY_SECONDS = 600.0
"""Time left is told by the speed over this long, or a quarter of what was trained: it must not swing."""
WARM_UP_STEPS = 20
"""The first steps compile kernels and fill caches: they say nothing about speed."""
LATE = 0.1
"""Of the newest step: a first one later than that begins the axis."""
OF_DATA = frozenset({"real", f"real{plane.SUFFIX}", plane.MARKS})
"""The kinds of frames that are there before anything was learned."""
FRESH = 0.75
"""Of the steps so far: a value from before that is told with its step."""
LATE = 1.2
"""Times the steps between the last two values, from which on the next one is late."""
HALTS = ("pause", "stop", "resume", "rollback")
"""The marks that stand where nothing was computed; a worker that crashed leaves only the resumption's."""


def last(state: State, name: str) -> float | None:
    """The newest value of a series, NaN or infinite if it is; None before the first."""
    bins = state.series.get(name)
    return float(bins.last[-1]) if bins is not None and len(bins) else None


def names(state: State) -> list[str]:
    """The names of all series, sorted; those with numbers in them by these."""
    return sorted(state.series, key=plain_text.natural)


def numbered(state: State, prefix: str) -> list[float]:
    """The newest values of the series ``PREFIX1``, ``PREFIX2`` and so on, as far as there are any."""
    values: list[float] = []
    while (value := last(state, f"{prefix}{len(values) + 1}")) is not None:
        values.append(value)
    return values


def typical(state: State, name: str, *, until: int | None = None) -> float | None:
    """The value that a person reads as that of now, or of the step ``until``; None before the first.

    It is the last one, except of series that jump from batch to batch: of these it is a recent mean.
    """
    bins = state.series.get(name)
    if bins is not None and until is not None:
        bins = cut(bins, until)
    if bins is None or not len(bins):
        return None
    return series.typical(name, bins.mean, float(bins.last[-1]))


def stale_step(state: State, name: str) -> int | None:
    """The step of a series' last value, where that is long ago and the next one is late; else None."""
    bins = state.series.get(name)
    if bins is None or not len(bins):
        return None
    last, now = int(bins.step[-1]), step(state)
    usual = last - int(bins.step[-2]) if len(bins) > 1 else 0
    return last if last < FRESH * now and now - last > LATE * usual else None


def outlived(state: State, name: str) -> bool:
    """Whether the run has diverged since a series' last value, which says nothing of it any more."""
    bins = state.series.get(name)
    began = [alarm.began for alarm in standing(state) if alarm.name == "diverged"]
    return bins is not None and len(bins) > 0 and any(step > int(bins.step[-1]) for step in began)


def all_typical(state: State) -> dict[str, float]:
    """The value of each series that a person reads as that of now."""
    values = ((name, typical(state, name)) for name in state.series)
    return {name: value for name, value in values if value is not None}


def step(state: State) -> int:
    """The newest step that anything is known of."""
    newest = [int(bins.step[-1]) for bins in state.series.values() if len(bins)]
    return max([state.facts.step, *newest])


def began(state: State) -> int:
    """The step at which what is recorded begins, where that leaves out much of the axis; else 0."""
    if state.facts.parent_step:
        return state.facts.parent_step
    first = min((int(bins.step[0] - bins.n[0]) for bins in state.series.values() if len(bins)), default=0)
    return first if first > LATE * step(state) else 0


def has_data(state: State) -> bool:
    """Whether a first value or image of its own has arrived; real data to compare with is none."""
    return bool(state.series) or bool(state.frames.keys() - OF_DATA)


def unread(state: State) -> bool:
    """Whether nothing of the run was read yet: neither what trains it nor since when."""
    facts = state.facts
    return not (facts.created or facts.preset or facts.command or state.trouble)


def wall_at(state: State, at: int) -> float | None:
    """When a step was done, in seconds since the epoch, as near as is known; None before anything was."""
    bins = pace(state) or next(iter(state.series.values()), None)
    if bins is None or not len(bins):
        return None
    return float(np.interp(at, bins.step, bins.wall))


def speed(state: State, seconds: float = RECENT_SECONDS) -> float | None:
    """Steps a second over so many seconds past, pauses left out; None before there is enough to tell."""
    bins = pace(state)
    if bins is None:
        return None
    stepped, waited = np.diff(bins.step).astype(float), np.diff(bins.wall)
    good = (bins.wall[1:] > bins.wall[-1] - seconds) & (bins.step[:-1] >= WARM_UP_STEPS)
    good &= (waited > 0) | (stepped > 0)
    good &= ~_paused(state, bins)
    took = float(waited[good].sum())
    return float(stepped[good].sum()) / took if took > 0 else None


def seconds_left(state: State) -> float | None:
    """Seconds of training until the last step, as fast as lately; None where that can't be told.

    Of a run that pauses, once it goes on.
    """
    now = speed(state, max(RECENT_SECONDS, min(STEADY_SECONDS, state.facts.elapsed / 4)))
    remaining = state.facts.steps - step(state)
    if not now or remaining <= 0 or state.liveness.name not in ("running", "paused"):
        return None
    return remaining / now


def epoch(state: State) -> tuple[int, int | None] | None:
    """Which epoch it is in, from 1, and how many there will be, None where nobody knows.

    None where the run does not say how long one is.
    """
    each = state.facts.steps_per_epoch
    if each <= 0:
        return None
    now = max(1, ceil(step(state) / each))
    if state.facts.steps <= 0:
        return now, None
    total = max(1, ceil(state.facts.steps / each))
    return min(total, now), total


def standing(state: State) -> tuple[Alarm, ...]:
    """Alarms that have not cleared, the worst and oldest first."""
    alarms = [alarm for alarm in state.alarms if alarm.cleared_step is None]
    return tuple(sorted(alarms, key=lambda alarm: (alarm.severity != "critical", alarm.id)))


def went_back(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks of going back, each with the alarms of the future that was given up."""
    return tuple(mark for mark in marks if mark.kind == "rollback")


def in_order(state: State) -> list[Alarm]:
    """All alarms: standing ones first, then those that cleared, newest first."""
    cleared = [alarm for alarm in state.alarms if alarm.cleared_step is not None]
    return [*standing(state), *reversed(cleared)]


def bad_values(state: State) -> int:
    """How many values of all series were NaN or infinite."""
    return sum(int(bins.bad.sum()) for bins in state.series.values())


def lost_classes(state: State) -> tuple[str, ...]:
    """The classes that a standing alarm says are gone."""
    gone = dict.fromkeys(name for alarm in standing(state) for name in alarm.evidence)
    return tuple(name.removeprefix(LOST) for name in gone if name.startswith(LOST))


def pending(state: State) -> tuple[str, ...]:
    """Names of commands that the worker has not answered yet, oldest first."""
    if not state.liveness.alive:
        return ()
    return tuple(command.name for command in state.commands if command.state == "asked")


def finite(value: float | None) -> bool:
    """Whether there is a value, and it is neither NaN nor infinite."""
    return value is not None and isfinite(value)


def pace(state: State) -> Bins | None:
    """A series with a value at every step: the newest, for another phase of training has other series."""
    long = {name: bins for name, bins in state.series.items() if len(bins) > 1}
    losses = [bins for name, bins in long.items() if name.startswith("loss/")]
    return max(losses or long.values(), key=lambda bins: int(bins.step[-1]), default=None)


def _paused(state: State, bins: Bins) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Of each gap between two rows, whether training stood still in it: ``(rows - 1,)``."""
    halts = [mark.wall for mark in state.marks if mark.kind in HALTS]
    within = np.zeros(len(bins) - 1, dtype=np.bool_)
    for wall in halts:
        within |= (bins.wall[:-1] <= wall) & (wall < bins.wall[1:])
    return within
