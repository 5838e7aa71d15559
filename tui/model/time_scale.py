"""Steps as the time at which they were done, for charts over time: since the first, with pauses. Pure."""

from dataclasses import dataclass, replace

import numpy as np

from latentop.engine.run.store.bins import Bins
from latentop.tui.draw.charts.axis import Limits
from latentop.tui.draw.charts.line import Line
from latentop.tui.draw.charts.reduction import Floats, Integers
from latentop.tui.model import derived
from latentop.tui.model.state import State

UNITS = ((172_800, 86_400, "d"), (7_200, 3_600, "h"), (120, 60, "min"), (0, 1, "s"))
"""From how many seconds shown on, a unit, in seconds, and its sign."""
FINE = 1000
"""Parts of a unit that are told apart: charts take whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeScale:
    """Places on an axis of time for steps, and back; ``seconds`` ``(n,)`` at ``steps`` ``(n,)`` ascend."""

    steps: Integers
    seconds: Floats
    unit: int
    sign: str

    def place(self, step: float) -> int:
        """Where a step is; beyond what is known, as fast as on the average."""
        return round(self._seconds(float(step)) / self.unit * FINE)

    def step(self, place: float) -> int:
        """The step at a place, the nearest that is known."""
        return int(np.interp(place * self.unit / FINE, self.seconds, self.steps))

    def tell(self, place: float) -> str:
        """A place as ``2 min``."""
        return f"{place / FINE:.3g} {self.sign}"

    def line(self, line: Line) -> Line:
        """The same line over time."""
        places = [self.place(step) for step in line.step.tolist()]
        return replace(line, step=np.array(places, dtype=np.int64))

    def limits(self, window: Limits) -> Limits:
        """The same window over time, at least a place wide."""
        first, last = (self.place(step) for step in window)
        return first, max(first + 1, last)

    def _seconds(self, step: float) -> float:
        first, last = self.steps[0], self.steps[-1]
        pace = (self.seconds[-1] - self.seconds[0]) / max(1, last - first)
        if step > last:
            return float(self.seconds[-1] + (step - last) * pace)
        if step < first:
            return float(self.seconds[0] - (first - step) * pace)
        return float(np.interp(step, self.steps, self.seconds))


def time_scale(state: State, window: Limits) -> TimeScale | None:
    """The scale of a run, in the unit that suits what is shown; None before there are two values."""
    bins = derived.pace(state)
    if bins is None:
        return None
    steps, seconds = _ascending(bins)
    if len(steps) < 2:
        return None
    scale = TimeScale(steps=steps, seconds=seconds, unit=1, sign="s")
    first, last = scale.limits(window)
    shown = (last - first) / FINE
    unit, sign = next((unit, sign) for least, unit, sign in UNITS if shown >= least)
    return replace(scale, unit=unit, sign=sign)


def _ascending(bins: Bins) -> tuple[Integers, Floats]:
    """Steps and seconds since the first; a clock that was set back stands still."""
    seconds = np.maximum.accumulate(bins.wall - bins.wall[0])
    return bins.step, seconds
