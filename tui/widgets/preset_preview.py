"""What a run of a preset will look like: pictures of its steps beside real data, and two thin curves."""

from __future__ import annotations

import numpy as np
from rich.segment import Segment
from textual.strip import Strip

from latentop.engine.run import series
from latentop.presets.preview import Preview
from latentop.tui.draw.charts.chart import draw_chart
from latentop.tui.draw.charts.line import Line
from latentop.tui.draw.images.image import Panels, draw_beside
from latentop.tui.draw.images.image_style import Display
from latentop.tui.draw.small.spark import spark
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.number_text import percent, short, spaced
from latentop.tui.model.shown_table import of
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, wrapped

APART = 3
"""Cells between two pictures, or two curves."""
READABLE = 12
"""Cells across in which a picture is recognised; with less room the earliest is left out."""
CHARTED, CURVES = 14, 6
"""From this height on curves are charts, of so many rows; else each is a line of small bars."""
INKS = ("primary", "accent")
CALLED = {"input": "original", "samples": "real", "reconstruction": "original"}


class PresetPreview(Panel):
    """Shows what it was given last: a preview, or why there is none."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="preset-preview")
        self._preview: Preview | None = None
        self._why = ""

    def concerns(self, state: State) -> tuple[object, ...]:
        """No part of a state: it shows what it is given."""
        return ()

    def show(self, preview: Preview | None, why: str) -> None:
        """Show a preview; where there is none, ``why``."""
        self._preview, self._why = preview, why
        self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the pictures, a blank row, and the curves."""
        if self._preview is None:
            return [self.line(Span(line, "warning")) for line in wrapped(self._why, width)]
        below = CURVES if height >= CHARTED else 1
        drawn = draw_beside(
            self._pictures(self._preview, width),
            width=width,
            height=max(0, height - below - 1),
            style=self.terminal.images,
            display=self._display(),
        )
        return [*drawn, Strip([]), *self._curves(self._preview, width, below)]

    def _pictures(self, preview: Preview, width: int) -> Panels:
        """The steps and real data, as many as have room, the last ones first."""
        panels = [
            (f"step {spaced(step)}", images)
            for step, images in zip(preview.steps, preview.pictures, strict=True)
        ]
        if len(preview.real):
            panels.append((CALLED.get(preview.kind, "real"), preview.real))
        most = max(2, (width + APART) // (READABLE + APART))
        return panels[-most:]

    def _curves(self, preview: Preview, width: int, height: int) -> list[Strip]:
        """The curves side by side."""
        count = max(1, len(preview.series))
        room = (width - APART * (count - 1)) // count
        blocks = [self._curve(preview, place, room, height) for place in range(len(preview.series))]
        apart = Strip([Segment(" " * APART)])
        rows = zip(*blocks, strict=True)
        return [Strip.join([part for one in row for part in (one, apart)][:-1]) for row in rows]

    def _curve(self, preview: Preview, place: int, width: int, height: int) -> list[Strip]:
        """One curve: a chart, or a row of small bars between its name and its last value."""
        name, values = preview.series[place], preview.curves[place].astype(np.float64)
        called, ink = series.of(name).label, INKS[place % len(INKS)]
        value = float(values[-1])
        share = series.of(name).relative and np.isfinite(value)
        told = percent(value) if share else short(value)
        if height == 1:
            called = of(name).column or called
            bars = max(0, width - len(called) - len(told) - 2)
            limits = (0.0, max(1.0, float(np.nanmax(values, initial=0.0)))) if share else None
            known = values[int(np.argmax(np.isfinite(values))) :]
            return [
                self.line(f"{called} ", Span(spark(known, bars, limits=limits), ink), f" {told}", width=width)
            ]
        begun = int(np.argmax(np.isfinite(values)))
        step = np.rint(np.linspace(0, preview.trained, len(values) + 1)[1:]).astype(np.int64)[begun:]
        mean = values[begun:]
        bad = (~np.isfinite(mean)).astype(np.int64)
        line = Line(
            name=called, colour=self.colour(ink), step=step, mean=mean, lo=mean, hi=mean, bad=bad, told=told
        )
        return draw_chart([line], width=width, height=height, style=self.chart_style())

    def _display(self) -> Display:
        colours = self.terminal.colours if self.terminal.colour else 2
        return Display(colours=colours, dark=self.app.current_theme.dark)
