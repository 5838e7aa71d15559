"""A panel with one series of several runs: a line for each, or a band for those that belong together."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.content import Content
from textual.strip import Strip

from tui.draw.axis import Limits
from tui.draw.chart import draw_chart, fitted
from tui.draw.line import Line
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.panel import Panel
from tui.wording import clean, shortened

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

    def concerns(self, state: State) -> tuple[object, ...]:
        """No part of a state: it shows the lines that it is given."""
        return ()

    def show(self, title: str, lines: Lines) -> None:
        """Draw these lines; another title is another series, with another value axis."""
        if title != self._title:
            self._title = title
            self.border_title = Content(clean(title, ascii=self.terminal.ascii) or " ")
            self._values = None
        self._lines = lines
        self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the chart, or why there is none; nothing before it was given lines."""
        if self._lines is None:
            return []
        spans = max(FEWEST, width - LABELS)
        lines = self._lines(spans // 2 if self.terminal.ascii else spans)
        if not lines:
            return [self.line("no values yet")]
        self._values = fitted(lines, None, self._values)
        room = max(SHORTEST, width // len(lines) - VALUE)
        named = [
            replace(line, name=shortened(clean(line.name), room, ascii=self.terminal.ascii)) for line in lines
        ]
        return draw_chart(named, width=width, height=height, values=self._values, style=self.chart_style())
