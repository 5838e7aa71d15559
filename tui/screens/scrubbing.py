"""What keys and mouse make of the charts of a run: the cursor, the window, the axes, the series."""

from textual.reactive import reactive

from tui import moment, selectors
from tui.screens.commanding import Commanding
from tui.screens.series import SeriesScreen
from tui.viewport import Viewport
from tui.widgets.chart import ChartPanel


class Scrubbing(Commanding):
    """The screen of a run with charts that all show the same steps, and have one cursor."""

    viewport: reactive[Viewport] = reactive(Viewport, repaint=False)

    def on_chart_panel_pointed(self, message: ChartPanel.Pointed) -> None:
        """Put the cursor where the mouse shows."""
        self.viewport = self.viewport.at(message.step, self._last)

    def on_chart_panel_zoomed(self, message: ChartPanel.Zoomed) -> None:
        """Show fewer or more steps around the mouse."""
        self.viewport = self.viewport.zoomed(message.factor, self._last, message.step)

    def action_scrub(self, columns: int) -> None:
        """Move the cursor by so many columns of the charts."""
        across = max((chart.across for chart in self.query(ChartPanel) if chart.is_on_screen), default=1)
        if selectors.has_data(self.state):
            self.viewport = self.viewport.moved(columns, across, self._last)

    def action_first(self) -> None:
        """Go back to the beginning."""
        if selectors.has_data(self.state):
            self.viewport = self.viewport.at(0, self._last)

    def action_live(self) -> None:
        """Return to the newest step."""
        self.viewport = self.viewport.now()

    def action_happening(self, by: int) -> None:
        """Go to what happened next, or before."""
        cursor = self._last if self.viewport.cursor is None else self.viewport.cursor
        found = moment.neighbour(self.state, cursor, by > 0)
        if found is not None:
            self.viewport = self.viewport.at(found.step, self._last)
        elif by > 0:
            self.action_live()

    def action_zoom(self, factor: float) -> None:
        """Show so many times the steps."""
        self.viewport = self.viewport.zoomed(factor, self._last)

    def action_whole(self) -> None:
        """Show the whole run."""
        self.viewport = self.viewport.whole()

    def action_log(self) -> None:
        """Draw values on a logarithmic axis, or on a linear one again: of the focused chart, else of all."""
        for chart in [self.focused] if isinstance(self.focused, ChartPanel) else self.query(ChartPanel):
            chart.toggle_log()

    def action_chart(self) -> None:
        """Show the next chart in the place of the focused one, else of the first."""
        if self._chart is not None:
            self._chart.turn()

    def action_series(self) -> None:
        """Choose what the focused chart shows, else the first."""
        chart = self._chart

        def act(names: tuple[str, ...] | None) -> None:
            if names and chart is not None:
                chart.choose(names)

        if chart is not None and self.state.series:
            self.app.push_screen(SeriesScreen(self.state, chart.shown, ascii=chart.terminal.ascii), act)

    @property
    def _last(self) -> int:
        return selectors.step(self.state)

    @property
    def _chart(self) -> ChartPanel | None:
        """The focused chart, else the first."""
        return (
            self.focused if isinstance(self.focused, ChartPanel) else next(iter(self.query(ChartPanel)), None)
        )
