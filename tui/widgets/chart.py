"""A panel with a chart of some series over steps, edits and alarms marked on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from engine.run.bins import Bins, after, join
from engine.run.series import noisy
from tui import presence
from tui.charts import CUSTOM, INKS, Chart, Series
from tui.draw.axis import Limits
from tui.draw.band import banded
from tui.draw.chart import VerticalMark, draw_chart, fitted
from tui.draw.frame import layout
from tui.draw.line import Line
from tui.feed import Glimpse
from tui.selectors import step, typical
from tui.state import State
from tui.terminal import Terminal
from tui.viewport import Viewport
from tui.widgets.panel import Panel
from tui.wording import RECENT, clean

MARKED = ("edit", "fork", "rollback", "resume")
"""The kinds of marks that are worth a line through every chart."""
TICKED = ("checkpoint",)
"""Those of which there are too many for that."""
ZOOM = 0.5
"""What a turn of the wheel makes of the window's width."""


class ChartPanel(Panel):
    """One of its charts, at first the first. Its axes move only when they must, so that cells stay put."""

    can_focus = True
    of_now: ClassVar[bool] = True

    viewport: reactive[Viewport] = reactive(Viewport, repaint=False)
    detail: reactive[Glimpse | None] = reactive[Glimpse | None](None, repaint=False)
    """Finer rows of a window than the state has."""

    class Pointed(Message):
        """The mouse shows a step."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    class Zoomed(Message):
        """The wheel turned at a step."""

        def __init__(self, step: int | None, factor: float) -> None:
            self.step = step
            self.factor = factor
            super().__init__()

    def __init__(self, terminal: Terminal, *charts: Chart, id: str, classes: str = "") -> None:
        super().__init__(terminal, id=id, classes=f"panel {classes}")
        self._charts = charts
        self._chart = charts[0]
        self._log = False
        self._values: Limits | None = None
        self.changed()

    @property
    def across(self) -> int:
        """Columns of the canvas."""
        return layout(*self.content_size, (0, 1), self._values or (0, 1), log=self._log).columns

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the series that are drawn."""
        return tuple(series.name for series in self._chart.series)

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series of the chart, what is marked on it, and the steps it spans."""
        names = [name for one in self._chart.series for name in (one.name, one.sd)]
        series = (state.series.get(name) for name in names)
        return (*series, state.marks, state.alarms, self.viewport.window(step(state)))

    def changed(self) -> None:
        """Say in the title which chart it is, and how its values are drawn."""
        scale = ", logarithmic" if self._log else ""
        means = f" · {RECENT}s" if any(noisy(one.name) for one in self._chart.series) else ""
        self.border_title = f"{self._chart.title}{scale}{means}"

    def watch_viewport(self, before: Viewport, now: Viewport) -> None:
        """Draw other steps; a person who zooms has asked for another scale of values, too."""
        if before.span != now.span:
            self._values = None
        self._draw()

    def watch_detail(self) -> None:
        """Draw the same steps in detail."""
        self._draw()

    def turn(self) -> str:
        """Go to the next chart that the run has values for, and return its title."""
        ahead = self._charts.index(self._chart) + 1 if self._chart in self._charts else 0
        around = (*self._charts[ahead:], *self._charts[:ahead])
        self._show(next((one for one in around if one.seen_in(self.state)), self._chart))
        return self._chart.title

    def toggle_log(self) -> bool:
        """Draw values on a logarithmic axis, or on a linear one again; whether it is logarithmic now."""
        self._log = not self._log
        self._show(self._chart)
        return self._log

    def choose(self, names: Sequence[str]) -> None:
        """Draw the series of those names, in this order."""
        known = {one.name: one for chart in self._charts for one in chart.series}
        titles = presence.titles(self.state.facts, self.state.series)
        chosen = [
            replace(known.get(name) or Series(name, titles[name], ""), colour=INKS[place % len(INKS)])
            for place, name in enumerate(names)
        ]
        self._show(Chart(CUSTOM, tuple(chosen)))

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the chart, or why there is none yet."""
        lines = self._lines()
        if not lines:
            return [self.line("no values yet")]
        window = self._window
        self._values = fitted(lines, window, self._values, log=self._log)
        return draw_chart(
            lines,
            width=width,
            height=height,
            steps=window,
            values=self._values,
            style=self.chart_style(),
            marks=_marks(self.state),
            cursor=self.viewport.cursor,
            log=self._log,
        )

    def on_mouse_down(self, event: MouseDown) -> None:
        """Put the cursor there, and let it follow the mouse while the button is down."""
        self.capture_mouse()
        self._point(event)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Move the cursor with the mouse."""
        if self.app.mouse_captured is self:
            self._point(event)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let go of the cursor."""
        self.release_mouse()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Show fewer steps, around that under the mouse."""
        event.stop()
        self.post_message(self.Zoomed(self._step_at(event), ZOOM))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Show more steps."""
        event.stop()
        self.post_message(self.Zoomed(self._step_at(event), 1 / ZOOM))

    @property
    def _window(self) -> Limits:
        return self.viewport.window(step(self.state))

    def _show(self, chart: Chart) -> None:
        self._chart = chart
        self._values = None
        self.changed()
        self._draw()

    def _draw(self) -> None:
        if self.is_mounted:
            self.redraw()

    def _point(self, event: MouseDown | MouseMove) -> None:
        at = self._step_at(event)
        if at is not None:
            self.post_message(self.Pointed(at))

    def _step_at(self, event: MouseDown | MouseMove | MouseScrollUp | MouseScrollDown) -> int | None:
        """The step under the mouse; None beside the canvas."""
        x = event.screen_x - self.content_region.x
        frame = layout(*self.content_size, self._window, self._values or (0, 1), log=self._log)
        return frame.step(x)

    def _lines(self) -> list[Line]:
        found = ((one, self._bins(one.name)) for one in self._chart.series)
        return [self._line(one, bins) for one, bins in found if bins is not None and len(bins)]

    def _bins(self, name: str) -> Bins | None:
        """The rows of a series: in detail where that is known of the whole window, and what came later."""
        known = self.state.series.get(name)
        if known is None or self.detail is None or self.detail.wish.window is None:
            return known
        first, last = self.detail.wish.window
        fine = self.detail.series.get(name)
        if fine is None or not (first <= self._window[0] and (self._window[1] <= last or self.viewport.live)):
            return known
        return join(fine, after(known, last))

    def _line(self, series: Series, bins: Bins) -> Line:
        spread = self._bins(series.sd) if series.sd else None
        line = self._plain(series, bins)
        if spread is None:
            return line
        sd = typical(self.state, series.sd, until=self.viewport.cursor)
        return replace(banded(line, spread.step, spread.mean), sd=sd)

    def _plain(self, series: Series, bins: Bins) -> Line:
        return Line(
            name=clean(series.label, ascii=self.terminal.ascii),
            colour=self.colour(series.colour),
            step=bins.step,
            mean=bins.mean,
            lo=bins.lo,
            hi=bins.hi,
            bad=bins.bad,
            value=typical(self.state, series.name, until=self.viewport.cursor),
        )


def _marks(state: State) -> list[VerticalMark]:
    marks = [
        VerticalMark(step=mark.step, label=clean(mark.text)) for mark in state.marks if mark.kind in MARKED
    ]
    ticks = [VerticalMark(step=mark.step) for mark in state.marks if mark.kind in TICKED]
    raised = [VerticalMark(step=alarm.raised_step, label=clean(alarm.name)) for alarm in state.alarms]
    return [*ticks, *marks, *raised]
