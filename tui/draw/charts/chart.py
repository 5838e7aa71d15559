"""A chart of series over steps: arrays in, rows of text out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.color import Color, blend_rgb
from rich.style import Style
from textual.strip import Strip

from latentop.tui.draw.charts.axis import Limits, log_axis, time_axis, value_axis
from latentop.tui.draw.charts.braille import merge
from latentop.tui.draw.charts.curve import envelope, mean_line
from latentop.tui.draw.charts.frame import Frame, draw_axes, layout
from latentop.tui.draw.charts.legend import LegendEntry, draw_legend
from latentop.tui.draw.charts.level import Level, draw_levels
from latentop.tui.draw.charts.line import Line, bulk, extent
from latentop.tui.draw.charts.plotter import BRAILLE, dots
from latentop.tui.draw.charts.reduction import Floats, Reduced, reduce
from latentop.tui.draw.charts.smoothing import REACH, smoothed
from latentop.tui.draw.small.sheet import PLAIN, Sheet
from latentop.tui.model.number_text import brief

ASCII_MARKERS = "*+ox#@"
GHOST = "·"
COLOURLESS_MARKERS = (BRAILLE, "•", "+", "×", "○", "#")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerticalMark:
    """Something that happened at a step: an edit, a rollback. Without a label, a tick below the axis."""

    step: int
    label: str = ""
    sign: str = "┴"
    """What stands on the axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartStyle:
    """What the terminal can show, and the colours of what is not a line."""

    ascii: bool = False
    """Draw lines in characters, one a cell, not in dots."""
    colour: bool = True
    """Without, lines differ by their strokes."""
    background: str = ""
    """The colour that envelopes are mixed towards; where it is empty the terminal dims them."""
    frame: str = "#808080"
    alert: str = "#e0483e"
    cursor: str = "#e0a03c"

    def ink(self, colour: str, *, bold: bool = False) -> Style:
        """Return the style for text in `colour`, or without any where there are no colours."""
        return Style(color=colour if self.colour and colour else None, bold=bold or None)

    def marker(self, index: int) -> str:
        """Return what the line at `index` is drawn with; without braille or colour each has its own."""
        if self.ascii:
            return ASCII_MARKERS[index % len(ASCII_MARKERS)]
        return BRAILLE if self.colour else COLOURLESS_MARKERS[index % len(COLOURLESS_MARKERS)]

    def faded(self, colour: str) -> Style:
        """Return the style for what lies behind a line in `colour`."""
        if not self.colour or not colour:
            return PLAIN
        if not self.background:
            return Style(color=colour, dim=True)
        near, far = (Color.parse(name).get_truecolor() for name in (colour, self.background))
        return Style(color=Color.from_triplet(blend_rgb(near, far, 0.45)))


DEFAULT_STYLE = ChartStyle()


def draw_chart(
    lines: Sequence[Line],
    *,
    width: int,
    height: int,
    steps: Limits | None = None,
    values: Limits | None = None,
    style: ChartStyle = DEFAULT_STYLE,
    marks: Sequence[VerticalMark] = (),
    cursor: int | None = None,
    log: bool = False,
    smooth: float = REACH,
    levels: Sequence[Level] = (),
    ghosts: Sequence[Line] = (),
    tell: Callable[[float], str] | None = None,
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells: legend, canvas with value labels, step labels.

    `steps` are the first and last step shown; None shows all, on an axis that doubles. `values` are the
    limits of the value axis, which the caller keeps and moves with `fitted`; None fits them afresh. At the
    step `cursor` there is a line, and the legend has the values of then. Values beyond the axis put a ▴ on
    top of their column or a ▾ at its foot, in the colour of their line, values that were not finite a red ▼;
    on a logarithmic axis there is a gap where the mean is not positive. A column's mean is taken together
    with those up to `smooth` of the width away. `levels` are lines across, `ghosts` are faint lines behind.
    `tell` writes a place on the time axis.
    """
    steps = steps or all_steps(lines)
    values = values if values and values[0] < values[1] else fitted(lines, steps, log=log)
    sheet = Sheet(width, height)
    shares = all(line.relative for line in lines) and not log
    frame = layout(sheet.width, sheet.height, steps, values, log=log, shares=shares)
    draw_legend(sheet, _entries(lines, style, cursor), colour=style.colour)
    if frame.rows and frame.columns:
        draw_axes(sheet, frame, style.ink(style.frame), tell)
        _draw_marks(sheet, frame, marks, style)
        _draw_ghosts(sheet, frame, ghosts, style, log, smooth)
        _draw_envelopes(sheet, frame, lines, style, log, smooth)
        _draw_means(sheet, frame, lines, style, log, smooth)
        draw_levels(sheet, frame, [(one, style.ink(one.colour)) for one in levels], log=log)
        _draw_cursor(sheet, frame, cursor, style)
        _draw_mark_labels(sheet, frame, marks, style)
        if not log:
            _draw_spikes(sheet, frame, lines, style)
        _draw_alerts(sheet, frame, lines, style)
    return sheet.strips()


def fitted(
    lines: Sequence[Line], steps: Limits | None = None, previous: Limits | None = None, *, log: bool = False
) -> Limits:
    """Return the limits of a value axis for what `lines` have within `steps`, near to the `previous` ones.

    On a linear axis spikes do not count: they would press all else flat.
    """
    if log:
        return log_axis(*extent(lines, steps, positive=True), previous)
    return value_axis(*bulk(lines, steps), previous)


def all_steps(lines: Sequence[Line]) -> Limits:
    """Return the time axis that holds all steps of `lines`."""
    return 0, time_axis(max((int(line.step.max()) for line in lines if line.step.size), default=0))


def _entries(lines: Sequence[Line], style: ChartStyle, cursor: int | None) -> list[LegendEntry]:
    found = []
    for index, line in enumerate(lines):
        known = line.mean if cursor is None else line.mean[: np.searchsorted(line.step, cursor, side="right")]
        value = line.value if line.value is not None else float(known[-1]) if known.size else None
        lost = value is not None and not np.isfinite(value)
        loud = style.ink(style.alert if lost else line.colour, bold=True)
        ink = style.ink(line.colour)
        entry = LegendEntry(
            name=line.name,
            value=value,
            marker=style.marker(index),
            ink=ink,
            loud=loud,
            sd=line.sd,
            told=line.told,
            relative=line.relative,
        )
        found.append(entry)
    return found


def _draw_ghosts(
    sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle, log: bool, smooth: float
) -> None:
    """Draw lines that are there to compare with: faint, or dotted where there are no colours."""
    marker = BRAILLE if style.colour and not style.ascii else GHOST
    for line in lines:
        series = _course(line, frame, dots(marker)[0], log, smooth)
        drawn = mean_line(series, frame.values, width=frame.columns, height=frame.rows, marker=marker)
        sheet.paint(frame.left, frame.top, drawn, style.faded(line.colour))


def _draw_envelopes(
    sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle, log: bool, smooth: float
) -> None:
    for line in lines:
        series = _course(line, frame, 1 if style.ascii else 2, log, smooth)
        drawn = envelope(series, frame.values, width=frame.columns, height=frame.rows, ascii=style.ascii)
        sheet.paint(frame.left, frame.top, drawn, style.faded(line.colour))


def _draw_means(
    sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle, log: bool, smooth: float
) -> None:
    """Draw the lines; in cells that two share their colours take turns, and braille has the dots of both."""
    shape = frame.rows, frame.columns
    drawn, owner = np.full(shape, " ", dtype="<U1"), np.full(shape, -1)
    even = np.arange(frame.columns) % 2 == 0
    for index, line in enumerate(lines):
        marker = style.marker(index)
        series = _course(line, frame, dots(marker)[0], log, smooth)
        one = mean_line(series, frame.values, width=frame.columns, height=frame.rows, marker=marker)
        taken = (one != " ") & ~((owner >= 0) & even)
        drawn = merge(drawn, one if marker == BRAILLE else np.where(taken, one, " "))
        owner[taken] = index
    for index, line in enumerate(lines):
        sheet.paint(frame.left, frame.top, np.where(owner == index, drawn, " "), style.ink(line.colour))


def _draw_marks(sheet: Sheet, frame: Frame, marks: Sequence[VerticalMark], style: ChartStyle) -> None:
    """Draw a vertical line at each mark, behind the data: what made somebody roll back must stay visible."""
    ink = style.ink(style.frame)
    for mark in marks:
        column = frame.column(mark.step)
        if column is None:
            continue
        for row in range(frame.rows if mark.label else 0):
            sheet.write(column, frame.top + row, "┊", ink)
        if frame.axis:
            sheet.write(column, frame.top + frame.rows, mark.sign, ink)


def _draw_cursor(sheet: Sheet, frame: Frame, cursor: int | None, style: ChartStyle) -> None:
    """Draw the cursor's line over the data, brighter than a mark and without a gap."""
    column = None if cursor is None else frame.column(cursor)
    for row in range(frame.rows if column is not None else 0):
        sheet.write(column or 0, frame.top + row, "│", style.ink(style.cursor, bold=True))


def _draw_mark_labels(sheet: Sheet, frame: Frame, marks: Sequence[VerticalMark], style: ChartStyle) -> None:
    """Write each label right of its mark, in the lowest row where it covers nothing; else leave it out."""
    for mark in marks:
        column = frame.column(mark.step)
        if column is None or not mark.label:
            continue
        for row in range(frame.top + frame.rows - 1, frame.top, -1):
            if sheet.is_blank(column + 1, row, len(mark.label)):
                sheet.write(column + 1, row, mark.label, style.ink(style.frame))
                break


def _draw_spikes(sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle) -> None:
    """Mark the columns in which a line has values beyond the axis."""
    lower, upper = frame.values
    for line in reversed(lines):  # where several have one, the first is seen
        series, ink = _reduced(line, frame, 1), style.ink(line.colour, bold=True)
        for column in series.column[series.hi > upper].tolist():
            sheet.write(frame.left + column, frame.top, "▴", ink)
        for column in series.column[series.lo < lower].tolist():
            sheet.write(frame.left + column, frame.top + frame.rows - 1, "▾", ink)
        _tell_highest(sheet, frame, series, ink, relative=line.relative)


def _tell_highest(sheet: Sheet, frame: Frame, series: Reduced, ink: Style, *, relative: bool) -> None:
    """Write the highest value beside its mark, where it is beyond the axis and covers nothing."""
    if not np.isfinite(series.hi).any():
        return
    place = int(np.nanargmax(series.hi))
    value, column = float(series.hi[place]), frame.left + int(series.column[place]) + 1
    told = brief(value, relative=relative)
    if value > frame.values[1] and sheet.is_blank(column, frame.top, len(told)):
        sheet.write(column, frame.top, told, ink)


def _draw_alerts(sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle) -> None:
    ink = style.ink(style.alert, bold=True)
    for line in lines:
        series = _reduced(line, frame, 1)
        for column in series.column[series.bad > 0].tolist():
            sheet.write(frame.left + column, frame.top, "x" if style.ascii else "▼", ink)


def _reduced(line: Line, frame: Frame, dots_across: int) -> Reduced:
    """Return `line` on the columns of dots of the canvas, `dots_across` to a cell."""
    columns = frame.columns * dots_across
    return reduce(line.step, line.mean, line.lo, line.hi, line.bad, window=frame.steps, columns=columns)


def _course(line: Line, frame: Frame, dots_across: int, log: bool, smooth: float) -> Reduced:
    """Return `line` as it is drawn: its mean smoothed, its extremes reaching to it, perhaps in logarithms."""
    series = _reduced(line, frame, dots_across)
    mean = smoothed(series, frame.columns * dots_across, smooth)
    lo, hi = np.fmin(series.lo, mean), np.fmax(series.hi, mean)
    if log:
        above = mean > 0
        mean, lo, hi = (
            np.where(above, _logarithms(values, frame.values[0]), np.nan) for values in (mean, lo, hi)
        )
    return replace(series, mean=mean, lo=lo, hi=hi)


def _logarithms(values: Floats, lowest: float) -> Floats:
    """Return the logarithms; of what has none, the lower end of the axis."""
    positive = np.where(values > 0, values, 1.0)
    return np.where(np.isnan(values), np.nan, np.where(values > 0, np.log10(positive), lowest))
