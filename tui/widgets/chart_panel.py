"""A panel with a chart of some series over steps, edits and alarms marked on it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from latentop.engine.run import series
from latentop.engine.run.verdicts import unjudged_samples
from latentop.tui.draw.charts.axis import Limits
from latentop.tui.draw.charts.chart import draw_chart, fitted
from latentop.tui.draw.charts.frame import layout
from latentop.tui.draw.charts.smoothing import REACH
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import judgement, mode_presence, phases
from latentop.tui.model.chart_list import CUSTOM, INKS, Chart
from latentop.tui.model.derived import step
from latentop.tui.model.plain_text import RECENT
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.state import State
from latentop.tui.model.time_scale import TimeScale, time_scale
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs.feed import Glimpse
from latentop.tui.widgets import chart_lines
from latentop.tui.widgets.chart_lines import ChartLines
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import wrapped

SMOOTH, SMOOTHED = (REACH, 4 * REACH, 0.0), ("", "smoother", "not smoothed")
"""How far neighbours count for a line, as a share of the chart, and what that is called."""
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
        self._log = self._timed = False
        self._smooth = 0
        self._values: Limits | None = None
        self._presses = (self.viewport, self.viewport)
        self.changed()

    @property
    def across(self) -> int:
        """Columns of the canvas."""
        return layout(*self.content_size, (0, 1), self._values or (0, 1), log=self._log).columns

    @property
    def before_presses(self) -> Viewport:
        """The steps, and the cursor, before the mouse was pressed twice."""
        return self._presses[0]

    @property
    def chart(self) -> Chart:
        """What is drawn."""
        return self._chart

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the series that are drawn."""
        return tuple(one.name for one in self._chart.series)

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series of the chart, what is marked on it, and the steps it spans."""
        names = [name for one in self._chart.series for name in (one.name, one.sd)]
        drawn = (state.series.get(name) for name in names)
        facts = state.facts
        measured = (facts.metered, facts.unmeasured, facts.modes, state.liveness.alive, facts.awaited)
        window = self.viewport.window(step(state))
        return (*drawn, state.marks, state.alarms, window, measured, facts.phases, state.parent)

    def changed(self) -> None:
        """Say in the title which chart it is, and how its values are drawn."""
        scale = ", logarithmic" if self._log else ""
        scale += f", {SMOOTHED[self._smooth]}" if self._smooth else ""
        scale += ", over time" if self._timed else ""
        means = f" · {RECENT}s" if any(series.of(one.name).noisy for one in self._chart.series) else ""
        self.border_title = f"{self._chart.title}{scale}{means}"

    def watch_viewport(self, before: Viewport, now: Viewport) -> None:
        """Draw other steps; a person who zooms has asked for another scale of values, too."""
        if before.span != now.span:
            self._values = None
        self._draw()

    def watch_detail(self) -> None:
        """Draw the same steps in detail."""
        self._draw()

    def has_content(self, state: State) -> bool:
        """Whether a chart was offered."""
        return bool(self._chart.series)

    def offer(self, charts: tuple[Chart, ...]) -> None:
        """Have these charts to turn to; what is shown stays, with what has come to it."""
        self._charts = charts
        shown = set(self.shown)
        same = next((one for one in charts if shown.intersection(each.name for each in one.series)), None)
        if same is not None and self._chart.title != CUSTOM:
            self._chart = same
            self.changed()

    def start_with(self, chart: Chart) -> None:
        """Show a chart where there was none."""
        self._show(chart)

    @property
    def hopeless(self) -> bool:
        """Whether it shows a chart of samples that nobody can measure: none of its lines will come."""
        why = unjudged_samples(self.state.facts, alive=self.state.liveness.alive)
        shown = self.shown
        unseen = all(name.startswith("diversity/") and name not in self.state.series for name in shown)
        return bool(why and why.lasting and shown and unseen)

    def turn(self, beside: Collection[str] = (), *, again: bool = True) -> None:
        """Go to the next chart that the run has values for.

        Those that have series of ``beside``, which others show, come only where there are none but these, and
        never if not ``again``.
        """
        ahead = self._charts.index(self._chart) + 1 if self._chart in self._charts else 0
        around = (*self._charts[ahead:], *self._charts[:ahead])
        seen = [one for one in around if one.seen_in(self.state)]
        new = (one for one in seen if not any(each.name in beside for each in one.series))
        if (found := next(new, next(iter(seen), None) if again else None)) is not None:
            self._show(found)

    def toggle_log(self) -> bool:
        """Draw values on a logarithmic axis, or on a linear one again; whether it is logarithmic now."""
        self._log = not self._log
        self._show(self._chart)
        return self._log

    def smooth(self) -> None:
        """Draw lines smoother, then as they are, then as at first."""
        self._smooth = (self._smooth + 1) % len(SMOOTH)
        self._show(self._chart)

    def time(self) -> None:
        """Draw them over time in the place of steps, or over steps again."""
        self._timed = not self._timed
        self._show(self._chart)

    def choose(self, names: Sequence[str]) -> None:
        """Draw the series of those names, in this order."""
        known = {one.name: one for chart in self._charts for one in chart.series}
        titles = mode_presence.titles(self.state.facts, self.state.series)
        chosen = [
            replace(
                known.get(name) or Shown(name, legend=titles.get(name, name)), colour=INKS[place % len(INKS)]
            )
            for place, name in enumerate(names)
        ]
        self._show(Chart(CUSTOM, tuple(chosen)))

    def _none(self) -> str:
        """Why there is no line: of samples that nobody can measure none will come."""
        why = unjudged_samples(self.state.facts, alive=self.state.liveness.alive)
        if why and all(one.name.startswith("diversity/") for one in self._chart.series):
            return judgement.why_of(why, alive=self.state.liveness.alive)
        return "no values yet"

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the chart, or why there is none yet."""
        window, cursor = self._window, self.viewport.cursor
        drawn = ChartLines(
            chart=self._chart,
            state=self.state,
            viewport=self.viewport,
            window=window,
            detail=self.detail,
            colour=self.colour,
        )
        lines, ghosts, marks = drawn.lines(), drawn.ghosts(), chart_lines.marks(self.state)
        if not lines:
            return [self.line(one) for one in wrapped(self._none(), width)]
        self._values = fitted(drawn.scaled([*lines, *ghosts]), window, self._values, log=self._log)
        scale = self._scale
        if scale is not None:
            lines, ghosts = [scale.line(one) for one in lines], [scale.line(one) for one in ghosts]
            marks = [replace(one, step=scale.place(one.step)) for one in marks]
            window, cursor = scale.limits(window), None if cursor is None else scale.place(cursor)
        return draw_chart(
            lines,
            width=width,
            height=height,
            steps=window,
            values=self._values,
            style=self.chart_style(),
            marks=marks,
            cursor=cursor,
            log=self._log,
            smooth=SMOOTH[self._smooth],
            levels=drawn.levels(),
            ghosts=ghosts,
            tell=None if scale is None else scale.tell,
        )

    def on_mouse_down(self, event: MouseDown) -> None:
        """Put the cursor there, and let it follow the mouse while the button is down."""
        self.capture_mouse()
        self._presses = (self._presses[1], self.viewport)
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
        """The steps that are shown: all, unless a person zoomed; of parts of a training, those of its own."""
        whole = phases.window(self.state, self.shown) if self.viewport.span is None else None
        return whole or self.viewport.window(step(self.state))

    @property
    def _scale(self) -> TimeScale | None:
        """Time in the place of steps, where that was asked for."""
        return time_scale(self.state, self._window) if self._timed else None

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
        scale = self._scale
        window = self._window if scale is None else scale.limits(self._window)
        frame = layout(*self.content_size, window, self._values or (0, 1), log=self._log)
        place = frame.step(x)
        return place if place is None or scale is None else scale.step(place)
