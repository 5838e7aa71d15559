"""A panel with one series of several runs: a line for each, or a band for those that belong together."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.content import Content
from textual.strip import Strip

from latentop.tui.draw.charts.axis import Limits
from latentop.tui.draw.charts.chart import draw_chart, fitted
from latentop.tui.draw.charts.line import Line
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.plain_text import clean, shortened
from latentop.tui.model.state import State
from latentop.tui.model.viewport import Viewport
from latentop.tui.widgets.panel import Panel

LABELS = 8
"""Cells for the labels of the value axis."""
FEWEST = 16
"""Spans of steps in the narrowest chart."""
VALUE, SHORTEST = 8, 6
"""Cells that a value takes in the legend, and those that a name keeps: cut in its middle, its seed stays."""

Lines = Callable[[int], Sequence[Line]]
"""The lines for that many equal spans of steps: at most one a dot, lest one line hides another."""


class Overlay(Panel):
    """Its axes move only when they must."""

    def __init__(self, terminal: Terminal, *, classes: str = "") -> None:
        super().__init__(terminal, classes=f"panel {classes}")
        self._title = ""
        self._lines: Lines | None = None
        self._values: Limits | None = None
        self._viewport, self._log = Viewport(), False

    def concerns(self, state: State) -> tuple[object, ...]:
        """No part of a state: it shows the lines that it is given."""
        return ()

    def show(self, title: str, lines: Lines) -> None:
        """Draw these lines; another title is another series, with another value axis."""
        if title != self._title:
            self._title = title
            self.border_title = Content(clean(title) or " ")
            self._values = None
        self._lines = lines
        self.redraw()

    def look(self, viewport: Viewport, *, log: bool) -> None:
        """Show these steps, with the cursor there, on such an axis; another window fits its values anew."""
        if (viewport.span, log) != (self._viewport.span, self._log):
            self._values = None
        self._viewport, self._log = viewport, log
        self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the chart, or why there is none; nothing before it was given lines."""
        if self._lines is None:
            return []
        spans = max(FEWEST, width - LABELS)
        spans = spans // 2 if self.terminal.ascii else spans
        lines = self._lines(spans)
        last = max((int(line.step[-1]) for line in lines if line.step.size), default=0)
        window, cursor = self._viewport.window(last), self._viewport.cursor
        if self._viewport.span is not None:  # of fewer steps, finer spans
            lines = self._lines(round(spans * max(1.0, last / self._viewport.span)))
        if not lines:
            return [self.line("no values yet")]
        self._values = fitted(lines, window, self._values, log=self._log)
        room = max(SHORTEST, width // len(lines) - VALUE)
        named = [
            replace(line, name=shortened(clean(line.name), room), told=line.told if cursor is None else None)
            for line in lines
        ]
        return draw_chart(
            named,
            width=width,
            height=height,
            steps=window,
            values=self._values,
            style=self.chart_style(),
            cursor=cursor,
            log=self._log,
        )
