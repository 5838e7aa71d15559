"""The sections behind a panel as one tall page: paragraphs, and a chart of each history."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from textual.strip import Strip

from latentop.engine.run import series
from latentop.engine.run.store.bins import Bins
from latentop.presets.watch import Watch
from latentop.tui.draw.charts.chart import draw_chart
from latentop.tui.draw.charts.line import Line
from latentop.tui.model.derived import typical
from latentop.tui.model.details import Section
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, wrapped

INDENT = 2
CHART, WIDEST = 9, 110
"""Rows of a chart, and its columns at most."""
ADVICE = "try:"


class Explanation(Panel):
    """As tall as what it says. Charts are drawn anew only where their series has grown."""

    def __init__(self, panel: Panel, watch: Watch) -> None:
        super().__init__(panel.terminal)
        self._panel = panel
        self._watch = watch
        self._charts: dict[str, tuple[Bins, int, list[Strip]]] = {}

    def concerns(self, state: State) -> tuple[object, ...]:
        """Whatever the panel shows may be explained here, and more."""
        facts = state.facts
        return (state.series, state.alarms, facts.verdict, facts.guidelines, state.liveness.name)

    def changed(self) -> None:
        """Grow or shrink with what is said."""
        self._fit()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._fit()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return all sections, one below the other; ``height`` is that of the page, which fits."""
        rows: list[Strip] = []
        for section in self._panel.explain(self.state, self._watch):
            rows += [*self._section(section, width), Strip.blank(0)]
        return rows[:-1]

    def _fit(self) -> None:
        self.styles.height = max(1, len(self.rows(self.content_size.width, 0)))

    def _section(self, section: Section, width: int) -> Iterator[Strip]:
        first, *others = wrapped(section.heading, width)
        value = Span(f"  {section.value}" if section.value else "", section.tone)
        yield self.line(Span(first, section.tone, bold=True), value, width=width)
        for line in others:
            yield self.line(Span(line, section.tone, bold=True))
        for paragraph in section.paragraphs:
            colour = "accent" if paragraph.startswith(ADVICE) else ""
            for line in wrapped(paragraph, width - INDENT):
                yield self.line(" " * INDENT, Span(line, colour))
        yield from self._chart(section, width)

    def _chart(self, section: Section, width: int) -> list[Strip]:
        bins = self.state.series.get(section.series)
        if bins is None or len(bins) < 2:
            return []
        known, wide, drawn = self._charts.get(section.series, (None, 0, []))
        if known is bins and wide == width:
            return drawn
        lines = [self._line(section.heading, "primary", bins, typical(self.state, section.series))]
        for name, level in (("alarm", section.alarm), ("clear", section.clear)):
            if level is not None:
                colour = "error" if name == "alarm" else "warning"
                lines.append(self._level(name, colour, level, bins))
        relative = series.of(section.series).relative
        lines = [replace(line, relative=relative) for line in lines]
        indent = self.line(" " * INDENT)
        drawn = [
            Strip.join([indent, row])
            for row in draw_chart(
                lines, width=min(WIDEST, width - INDENT), height=CHART, style=self.chart_style()
            )
        ]
        self._charts[section.series] = bins, width, drawn
        return drawn

    def _line(self, name: str, colour: str, bins: Bins, value: float | None) -> Line:
        return Line(
            name=name,
            colour=self.colour(colour),
            step=bins.step,
            mean=bins.mean,
            lo=bins.lo,
            hi=bins.hi,
            bad=bins.bad,
            value=value,
        )

    def _level(self, name: str, colour: str, level: float, bins: Bins) -> Line:
        """A level as a line from the first step to the last."""
        step = np.array([bins.step[0], bins.step[-1]], dtype=np.int64)
        values = np.full(2, level)
        return Line(
            name=name,
            colour=self.colour(colour),
            step=step,
            mean=values,
            lo=values,
            hi=values,
            bad=np.zeros(2, dtype=np.int64),
        )
