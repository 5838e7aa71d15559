"""The panels of a run's screen: which there are, what each is told, what keys make of the focused one."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Static

from latentop.engine.run import plain_files
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import worker_log
from latentop.tui.draw.images.image_style import Style
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import chart_list, derived, overview
from latentop.tui.model.notice_text import LOG_LINES, Aside
from latentop.tui.model.plain_text import setting, table
from latentop.tui.model.state import State
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs import current_preset
from latentop.tui.runs.feed import Glimpse
from latentop.tui.runs.names import called
from latentop.tui.screens import panel_layout
from latentop.tui.screens.panel_details import details_of
from latentop.tui.screens.series_choice import SeriesScreen
from latentop.tui.widgets.chart_panel import ChartPanel
from latentop.tui.widgets.happened import HappenedPanel
from latentop.tui.widgets.header import Header
from latentop.tui.widgets.images import ImagesPanel
from latentop.tui.widgets.keyline import KeyLine
from latentop.tui.widgets.machine_line import MachineLine
from latentop.tui.widgets.notice import NoticePage
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.preview import Preview
from latentop.tui.widgets.verdict import VerdictLine

SHORT = 20
"""Below this height one chart and one meter are all that there is room for."""
PRINTED_BYTES = 64_000
"""So much of the end of ``worker.log`` is read."""
TOO_SMALL = "This needs 60 columns and 16 rows.\nMake the terminal larger; training goes on."

Part = TypeVar("Part", bound=Panel)


class RunPanels:
    """Hands values to the panels of one run's screen, and does what keys ask of a chart or of images."""

    def __init__(self, screen: Screen[None], run: RunFolder, terminal: Terminal) -> None:
        self._screen = screen
        self._run = run
        self._terminal = terminal
        self._charted: frozenset[str] = frozenset()
        """The series that a script's charts were made of."""
        self._printed: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """What every run has; the others follow when it has said what it trains."""
        verdict, page, happened = (
            VerdictLine(self._terminal),
            NoticePage(self._terminal),
            HappenedPanel(self._terminal),
        )
        verdict.aside = page.aside = happened.aside = Aside(called=called(self._run))
        yield Header(self._terminal, id="header")
        yield verdict
        yield page
        yield Vertical(id="body")
        yield happened
        yield MachineLine(self._terminal)
        yield KeyLine(self._terminal, "run")
        yield Static(TOO_SMALL, id="small")

    async def furnish(self, facts: RunFacts) -> None:
        """Bring the panels of what the run trains, once that is known."""
        body = self._screen.query_one("#body")
        if (facts.kind or facts.scripted) and not body.children:
            await body.mount(*panel_layout.panels(facts, self._terminal))

    def warn(self, *, crashed: bool, checkpoint: int | None) -> None:
        """Say what a run that ended early can train on from, and what one that ``crashed`` printed last."""
        if crashed:
            self._printed = worker_log.last_words(self._run.log, LOG_LINES)
        aside = Aside(called=called(self._run), checkpoint=checkpoint, printed=self._printed)
        self._screen.query_one(VerdictLine).aside = aside
        self._screen.query_one(NoticePage).aside = aside
        self._screen.query_one(HappenedPanel).aside = aside

    def show(self, state: State, *, now: bool) -> None:
        """Give a state to the panels that always show the run as it is ``now``, or to the others."""
        if now and state.facts.scripted:
            self._offer_charts(state)
        for panel in self._screen.query(Panel):
            if panel.of_now == now:
                panel.state = state
        if not now:
            self._screen.query_one(VerdictLine).then = state
        elif derived.has_data(state):
            charts = [*self._screen.query(ChartPanel)]
            for chart in charts:
                if chart.hopeless:
                    chart.turn({name for one in charts for name in one.shown}, again=False)

    def show_steps(self, viewport: Viewport) -> None:
        """Show other steps in all charts."""
        self._screen.query_one(VerdictLine).viewport = viewport
        for chart in self._screen.query(ChartPanel):
            chart.viewport = viewport

    def show_detail(self, glimpse: Glimpse) -> None:
        """Draw a window in detail, if the glimpse has one."""
        for chart in self._screen.query(ChartPanel):
            chart.detail = glimpse if glimpse.wish.window else None

    def arrange(self, state: State) -> None:
        """Give the notice the place of the panels while there is nothing else."""
        screen = self._screen
        screen.set_class(not derived.has_data(state), "-empty")
        screen.set_class(screen.size.height < SHORT, "-short")
        if state.facts.scripted:
            for kind, side in ((ImagesPanel, "-pictureless"), (ChartPanel, "-chartless")):
                screen.set_class(all(panel.has_class("-absent") for panel in screen.query(kind)), side)

    def overview(self, state: State) -> str:
        """What the run is, in sections of lines."""
        facts = state.facts
        folder, size, now = self._run.path, facts.size, time.time()
        about = overview.about(facts, state.liveness, folder=folder, size=size, now=now)
        settings = [(key, setting(value)) for key, value in current_preset.resolved(self._run, facts).items()]
        sections: dict[str, Sequence[Sequence[str]]] = {
            "config": overview.config(facts),
            "run": about,
            "what it can't do": [(one,) for one in overview.inabilities(facts)],
            "environment": overview.environment(facts),
            "settings": [row for row in settings if not row[0].startswith(current_preset.CONFIG)],
        }
        parts = ("\n".join(filter(None, (title, *table(rows)))) for title, rows in sections.items() if rows)
        return "\n\n".join(parts)

    def printed(self) -> str:
        """The end of ``worker.log``, as text whatever bytes it holds."""
        return plain_files.tail(self._run.log, PRINTED_BYTES)

    def preview(self) -> Preview:
        """Images drawn as they are on this screen."""
        shown = self._first(ImagesPanel)
        return Preview(self._terminal, shown.images if shown else self._terminal.images)

    def across(self) -> int:
        """The columns of the widest chart on the screen, at least 1."""
        charts = self._screen.query(ChartPanel)
        return max((chart.across for chart in charts if chart.is_on_screen), default=1)

    def draw_images(self, style: Style) -> None:
        """Draw images in this way, now and when panels come."""
        self._terminal = replace(self._terminal, images=style)
        for panel in self._screen.query(ImagesPanel):
            panel.images = style

    def restyle_images(self) -> Style | None:
        """Draw images in the next way, and return it; None where there is no other, or no images yet."""
        if self._terminal.ascii:
            self._screen.notify("This terminal is shown nothing but ASCII.", timeout=2)
            return None
        for panel in self._screen.query(ImagesPanel):
            panel.images = panel.images.next
        if (shown := self._first(ImagesPanel)) is None:
            return None
        self._screen.notify(f"images as {shown.images}")
        return shown.images

    def turn_images(self) -> None:
        """Show other pictures in the place of these."""
        shown = self._first(ImagesPanel)
        if shown is None or shown.turn() is None:
            self._screen.notify("This run has no other pictures yet.", timeout=2)

    def turn_chart(self) -> None:
        """Show the next chart in the place of the focused one, else of the first."""
        if (chart := self._first(ChartPanel)) is not None:
            self._turn(chart)

    def _turn(self, chart: ChartPanel) -> None:
        """Show the next chart there that no other panel shows; one out of sight that has it gets this one."""
        others = [one for one in self._screen.query(ChartPanel) if one is not chart]
        before = chart.chart
        chart.turn({name for other in others if other.is_on_screen for name in other.shown})
        for other in others:
            if not set(chart.shown).isdisjoint(other.shown):
                other.start_with(before)

    def toggle_log(self) -> None:
        """Draw values on a logarithmic axis, or on a linear one again: of the focused chart, else of all."""
        for chart in self._meant():
            chart.toggle_log()

    def smooth(self) -> None:
        """Draw the lines of the focused chart, else of all, smoother, or as they are."""
        for chart in self._meant():
            chart.smooth()

    def over_time(self) -> None:
        """Draw charts over time in the place of steps, or over steps again."""
        for chart in self._screen.query(ChartPanel):
            chart.time()

    def _meant(self) -> Sequence[ChartPanel]:
        """The focused chart, else all."""
        focused = self._screen.focused
        return [focused] if isinstance(focused, ChartPanel) else [*self._screen.query(ChartPanel)]

    @property
    def silent(self) -> tuple[str, ...]:
        """The actions on images, where a script shows none."""
        return ("images", "view") if self._screen.has_class("-pictureless") else ()

    def choose_series(self, state: State) -> None:
        """Choose what the focused chart shows, else the first."""
        chart = self._first(ChartPanel)

        def act(names: Sequence[str] | None) -> None:
            if names and chart is not None:
                chart.choose(names)

        if chart is not None and state.series:
            self._screen.app.push_screen(SeriesScreen(state, chart.shown), act)

    def enlarge(self) -> None:
        """Explain the focused panel or show it alone, the first chart where none is focused; or all again."""
        focused = self._screen.focused
        part = focused if isinstance(focused, Panel) else self._first(ChartPanel)
        if self.enlarged:
            if not (isinstance(focused, ImagesPanel) and focused.step_in()):
                self._restore()
        elif part is not None and not self._explain(part):
            for one in part.ancestors_with_self:
                one.set_class(one is not self._screen and one is not self._screen.app, "-large")
            self._screen.add_class("-enlarged")

    @property
    def enlarged(self) -> bool:
        """Whether one part has the room of all."""
        return self._screen.has_class("-enlarged")

    def shrink(self) -> None:
        """Show all images where one is shown alone; else all parts again."""
        focused = self._screen.focused
        if not (isinstance(focused, ImagesPanel) and focused.step_out()):
            self._restore()

    def _restore(self) -> None:
        for panel in self._screen.query(ImagesPanel):
            panel.step_out()
        self._screen.remove_class("-enlarged")
        self._screen.query(".-large").remove_class("-large")

    def enlarge_clicked(self, event: Click) -> Panel | None:
        """Twice on a panel is as enter on it. Return that panel."""
        if event.chain != 2 or event.widget is None:
            return None
        for part in event.widget.ancestors_with_self:
            if isinstance(part, Panel) and part.can_focus:
                self._screen.set_focus(part)
                self.enlarge()
                return part
        return None

    def explain_alarms(self) -> None:
        """Read all alarms."""
        self._explain(self._screen.query_one(HappenedPanel))

    def _offer_charts(self, state: State) -> None:
        """Have every series of a script in some chart; each panel shows another one, while there are any."""
        if state.series.keys() == self._charted:
            return
        self._charted = frozenset(state.series)
        charts = chart_list.of_run(state.series)
        panels = [*self._screen.query(ChartPanel)]
        for panel in panels:
            panel.offer(charts)
        shown = {name for panel in panels for name in panel.shown}
        free = [
            chart
            for chart in charts
            if chart.title not in chart_list.ASIDE and shown.isdisjoint(one.name for one in chart.series)
        ]
        if not shown and not free:
            free = list(charts[:1])
        for panel, chart in zip([panel for panel in panels if not panel.shown], free, strict=False):
            panel.start_with(chart)

    def _explain(self, panel: Panel) -> bool:
        """Show what is behind a panel, if there is more than it shows."""
        if (details := details_of(panel, self._run)) is not None:
            self._screen.app.push_screen(details)
        return details is not None

    def _first(self, kind: type[Part]) -> Part | None:
        """The focused panel if it is of that kind, else the first of the kind."""
        focused = self._screen.focused
        return focused if isinstance(focused, kind) else next(iter(self._screen.query(kind)), None)
