"""The run under the cursor of a list, live: its first chart, what it draws, and what is known of it."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from latentop.engine.run.folder import RunFolder
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import chart_list, derived, run_brief
from latentop.tui.model.state import State
from latentop.tui.model.viewport import Viewport
from latentop.tui.runs.feed import Feed, Glimpse
from latentop.tui.screens.messages import Newest
from latentop.tui.widgets.chart_panel import ChartPanel
from latentop.tui.widgets.images import ImagesPanel, ImagesView
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, wrapped

REST_SECONDS = 0.15
"""So long the cursor rests on a run before that is read: who passes by waits for none."""
VIEWS = (
    ImagesView("reconstructions", ("input", "reconstruction")),
    ImagesView("samples", ("samples",)),
    ImagesView("codings", ("codings",)),
)


class RunBrief(Panel):
    """What is known of the run in a few lines, the most important first."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="preview-brief", classes="panel")
        self.border_title = "about"

    def concerns(self, state: State) -> tuple[object, ...]:
        """What it says of itself, its alarms, and whether it trains."""
        return (state.facts, state.alarms, state.liveness)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return as many lines as have room."""
        lines = [
            self.line(Span(row, tone))
            for text, tone in run_brief.lines(self.state)
            for row in wrapped(text, width)
        ]
        return lines[:height]


class RunPreview(Horizontal):
    """Follows one run at a time, by a feed of its own."""

    class Heard(Newest):
        """A new state of the run that is followed."""

        def __init__(self, run: RunFolder, state: State) -> None:
            self.run = run
            self.state = state
            super().__init__()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(id="run-preview")
        self._terminal = terminal
        self._run: RunFolder | None = None
        self._feed: Feed | None = None
        self._fresh = True

    def compose(self) -> ComposeResult:
        """A chart, images, words; nothing in it takes the focus from the list."""
        parts = (
            ChartPanel(self._terminal, chart_list.EMPTY, id="preview-chart"),
            ImagesPanel(self._terminal, *VIEWS, id="preview-images", follows=True),
            RunBrief(self._terminal),
        )
        for part in parts:
            part.can_focus = False
        yield from parts

    def on_unmount(self) -> None:
        """Follow no run any more."""
        self._let_go()

    def follow(self, run: RunFolder | None) -> None:
        """Show this run from now on, once the cursor rests on it; None: nothing."""
        if run == self._run:
            return
        self._let_go()
        self._run = run
        if self.children:
            self.query_one(ChartPanel).start_with(chart_list.EMPTY)
        self._show(State())
        if run is not None:
            self.set_timer(REST_SECONDS, lambda: self._begin(run))

    def on_run_preview_heard(self, message: Heard) -> None:
        """Show what is new; a run that was left may still have sent something."""
        message.stop()
        if message.run == self._run:
            self._show(message.state)

    def _begin(self, run: RunFolder) -> None:
        if run == self._run and self._feed is None and self.is_attached:
            self._feed = Feed(run, self._teller(run))
            self._feed.start()

    def _teller(self, run: RunFolder) -> Callable[[State | Glimpse], object]:
        """What the feed's thread calls."""

        def tell(news: State | Glimpse) -> None:
            if isinstance(news, State):
                self.post_message(self.Heard(run, news))

        return tell

    def _let_go(self) -> None:
        if self._feed is not None:
            self._feed.stop()
        self._feed, self._fresh = None, True

    def _show(self, state: State) -> None:
        if not self.children:
            return
        chart = self.query_one(ChartPanel)
        for panel in self.query(Panel):
            panel.state = state
        drawn = any(view.seen_in(state) for view in VIEWS)
        self.query_one(ImagesPanel).display = drawn or not state.facts.created
        charts = chart_list.of_run(state.series)
        if charts and self._fresh:
            chart.start_with(charts[0])
            self._fresh = False
        chart.viewport = Viewport(began=derived.began(state))
