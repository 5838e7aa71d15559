"""Forecasts that modes will be lost, against what became of them in the same run."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.alarms.run_trace import Trace
from latentop.engine.watch.verdict.fading_modes import Fading

LATE = 2
"""Times as long as it was given to a mode: one that is lost by then was forecast rightly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The first of a mode that is there: when it was ``told``, when it is ``due``, when it was ``lost``.

    ``lost`` is None where the mode stayed to the end.
    """

    told: int
    due: int
    lost: int | None

    @property
    def right(self) -> bool:
        """Whether the mode was lost, and not much later."""
        return self.lost is not None and self.lost - self.told <= LATE * (self.due - self.told)


def forecasts(trace: Trace) -> Iterator[Forecast]:
    """Those of a run, one of each mode between losing it and losing it again."""
    fading, told = Fading(), dict[str, tuple[int, int]]()
    for step, reading in trace.readings:
        fading.update(reading, step)
        for name in reading.lost:
            if name in told:
                before, due = told.pop(name)
                yield Forecast(told=before, due=due, lost=step)
        for fall in fading.falls:
            told.setdefault(fall.name, (step, fall.lost))
    for before, due in told.values():
        if due <= trace.steps:  # of others nobody knows
            yield Forecast(told=before, due=due, lost=None)


def print_forecasts(traces: Iterable[Trace]) -> None:
    """How many there were, how many were right, and how long before."""
    found = [one for trace in traces for one in forecasts(trace)]
    right = [one for one in found if one.right]
    ahead = f"; these {_ahead(right):.0f} steps before, in the median" if right else ""
    print(f"\nforecasts of lost modes: {len(found)}, right: {len(right)}{ahead}")


def _ahead(right: Sequence[Forecast]) -> float:
    return median(one.lost - one.told for one in right if one.lost is not None)
