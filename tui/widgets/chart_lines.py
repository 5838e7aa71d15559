"""The lines of a chart: its series as they are drawn, those of a fork's parent, alarm levels and marks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from latentop.engine.run import series
from latentop.engine.run.store.bins import Bins, after, join
from latentop.tui.draw.charts.axis import Limits
from latentop.tui.draw.charts.band import banded
from latentop.tui.draw.charts.chart import VerticalMark
from latentop.tui.draw.charts.level import Level
from latentop.tui.draw.charts.line import Line
from latentop.tui.model import alarm_levels
from latentop.tui.model.chart_list import Chart
from latentop.tui.model.derived import typical
from latentop.tui.model.moment import happenings
from latentop.tui.model.number_text import brief
from latentop.tui.model.plain_text import clean
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.state import State
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs.feed import Glimpse

MARKED = {"edit": "✎", "fork": "✎", "rollback": "↩", "resume": "▶"}
"""The kinds of marks that are worth a line through every chart, and their signs on the axis."""
TICKED = {"checkpoint": "◆"}
"""Those of which there are too many for that."""
RAISED = {"critical": "✖", "warning": "▲"}
GOOD = "◆"
CAP = 1.5
"""Of what real data reach: values beyond are marked, and set no scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLines:
    """What is drawn of a chart, in steps of training and in its values."""

    chart: Chart
    state: State
    viewport: Viewport
    window: Limits
    """The steps that are shown."""
    detail: Glimpse | None
    """Finer rows of a window than the state has."""
    colour: Callable[[str], str]
    """A colour by its name."""

    def lines(self) -> list[Line]:
        """Of each series that has values."""
        found = ((one, self._bins(one.name)) for one in self.chart.series)
        return [self._line(one, bins) for one, bins in found if bins is not None and len(bins)]

    def scaled(self, lines: list[Line]) -> list[Line]:
        """What the axis must hold: of shares of real data no more than CAP, for 1 is like real data."""
        if not all(series.of(one.name).unit == "of real" for one in self.chart.series):
            return lines
        return [
            replace(one, **{part: np.minimum(getattr(one, part), CAP) for part in ("mean", "lo", "hi")})
            for one in lines
        ]

    def ghosts(self) -> list[Line]:
        """Of a fork, the same series of its parent."""
        if not self.viewport.lead:
            return []
        found = ((one, self.state.parent.get(one.name)) for one in self.chart.series)
        return [self._plain(one, bins) for one, bins in found if bins is not None and len(bins)]

    def levels(self) -> list[Level]:
        """Where the alarm of a measure of samples is raised; one of them, for they are near each other."""
        known = ((one, alarm_levels.alarm_level(self.state, one)) for one in self.chart.series)
        first = next(((one, level) for one, level in known if level is not None), None)
        if first is None:
            return []
        measure, level = first
        name = f"alarm {brief(level, relative=series.of(measure.name).relative)}"
        return [Level(value=level, name=name, colour=self.colour("error"))]

    def _bins(self, name: str) -> Bins | None:
        """The rows of a series: in detail where a window of them was read, and what came since."""
        known = self.state.series.get(name)
        if known is None or self.detail is None or self.detail.wish.window is None:
            return known
        first, last = self.detail.wish.window
        fine = self.detail.series.get(name)
        if fine is None or not (first <= self.window[0] and (self.window[1] <= last or self.viewport.live)):
            return known
        return join(fine, after(known, int(fine.step[-1]))) if len(fine) else known

    def _line(self, one: Shown, bins: Bins) -> Line:
        spread = self._bins(one.sd)
        line = self._plain(one, bins)
        if spread is None:
            return line
        sd = typical(self.state, one.sd, until=self.viewport.cursor)
        return replace(banded(line, spread.step, spread.mean), sd=sd)

    def _plain(self, one: Shown, bins: Bins) -> Line:
        return Line(
            name=clean(one.legend),
            colour=self.colour(one.colour),
            step=bins.step,
            mean=bins.mean,
            lo=bins.lo,
            hi=bins.hi,
            bad=bins.bad,
            value=typical(self.state, one.name, until=self.viewport.cursor),
            relative=series.of(one.name).relative,
        )


def marks(state: State) -> list[VerticalMark]:
    """What happened at a step: edits, checkpoints, good states, alarms."""
    done = [
        VerticalMark(step=mark.step, label=clean(mark.text), sign=MARKED[mark.kind])
        for mark in state.marks
        if mark.kind in MARKED
    ]
    ticks = [
        VerticalMark(step=mark.step, sign=TICKED[mark.kind]) for mark in state.marks if mark.kind in TICKED
    ]
    raised = [
        VerticalMark(step=alarm.began, label=clean(alarm.name), sign=RAISED[alarm.severity])
        for alarm in sorted(state.alarms, key=lambda one: one.severity == "critical")  # which stays in sight
    ]
    good = [VerticalMark(step=one.step, sign=GOOD) for one in happenings(state) if one.kind == "good"]
    return [*ticks, *good, *done, *raised]
