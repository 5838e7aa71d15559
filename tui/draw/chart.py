"""A chart of series over steps: arrays in, rows of text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.color import Color, blend_rgb
from rich.style import Style
from textual.strip import Strip

from tui.draw.axis import Limits, short, time_axis, value_axis
from tui.draw.braille import merge
from tui.draw.frame import Frame, draw_axes, layout
from tui.draw.plain import plain_ascii
from tui.draw.plotter import BRAILLE, dots
from tui.draw.reduction import Floats, Integers, Reduced, reduce
from tui.draw.sheet import PLAIN, Sheet
from tui.draw.trace import envelope, mean_line

ASCII_MARKERS = "*+ox#@"
COLOURLESS_MARKERS = (BRAILLE, "•", "+", "×", "○", "#")
VALUE_WIDTH = 6
"""Room for the last value in the legend, where there is any, lest what follows moves with its digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series in bins of consecutive steps; all arrays (bins,), ascending in `step`."""

    name: str
    colour: str
    """A colour that rich knows: `#4f9cd8`, `green`."""
    step: Integers
    mean: Floats
    lo: Floats
    hi: Floats
    bad: Integers
    """How many values of the bin were not finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerticalMark:
    """Something that happened at a step: an edit, a rollback."""

    step: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartStyle:
    """What the terminal can show, and the colours of what is not a line."""

    ascii: bool = False
    """Use nothing but printable ASCII."""
    colour: bool = True
    """Without, lines differ by their strokes."""
    background: str = ""
    """The colour that envelopes are mixed towards; where it is empty the terminal dims them."""
    frame: str = "#808080"
    alert: str = "#e0483e"

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
) -> list[Strip]:
    """Return `height` rows of exactly `width` cells: legend, canvas with value labels, step labels.

    `steps` are the first and last step shown; None shows all, on an axis that doubles. `values` are the
    limits of the value axis, which the caller keeps and moves with `value_axis(*extent(lines), previous)`;
    None fits them afresh. Values that were not finite put a red ▼ on top of their column.
    """
    steps = steps or _all_steps(lines)
    values = values if values and values[0] < values[1] else value_axis(*extent(lines, steps))
    sheet = Sheet(width, height)
    frame = layout(sheet.width, sheet.height, steps, values)
    _draw_legend(sheet, lines, style)
    if frame.rows and frame.columns:
        draw_axes(sheet, frame, style.ink(style.frame), ascii=style.ascii)
        _draw_marks(sheet, frame, marks, style)
        _draw_envelopes(sheet, frame, lines, style)
        _draw_means(sheet, frame, lines, style)
        _draw_mark_labels(sheet, frame, marks, style)
        _draw_alerts(sheet, frame, lines, style)
    return sheet.strips()


def extent(lines: Sequence[Line], steps: Limits | None = None) -> Limits:
    """Return the smallest and largest finite value of `lines` within `steps`; NaNs where there is none."""
    lo, hi = np.nan, np.nan
    for line in lines:
        inside = slice(None) if steps is None else (line.step >= steps[0]) & (line.step <= steps[1])
        for values in (line.lo[inside], line.hi[inside], line.mean[inside]):
            finite = values[np.isfinite(values)]
            if finite.size:
                lo, hi = float(np.fmin(lo, finite.min())), float(np.fmax(hi, finite.max()))
    return lo, hi


def _all_steps(lines: Sequence[Line]) -> Limits:
    return 0, time_axis(max((int(line.step.max()) for line in lines if line.step.size), default=0))


def _draw_legend(sheet: Sheet, lines: Sequence[Line], style: ChartStyle) -> None:
    """Draw sample, name and last value of each line, what is spare first to go; never is a value cut."""
    last = [float(line.mean[-1]) if line.mean.size else None for line in lines]
    values = ["" if value is None else short(value, 3) for value in last]
    samples, widths, longest = _legend(sheet.width, lines, values, style)
    x = 0
    for index, line in enumerate(lines):
        name = (plain_ascii(line.name) if style.ascii else line.name)[:longest]
        sheet.write(x, 0, f"{samples[index]}{name} ", style.ink(line.colour))
        x += len(samples[index]) + len(name) + 1
        value = last[index]
        lost = value is not None and not np.isfinite(value)
        sheet.write(x, 0, values[index], style.ink(style.alert if lost else line.colour, bold=True))
        x += widths[index] + 1


def _legend(
    width: int, lines: Sequence[Line], values: Sequence[str], style: ChartStyle
) -> tuple[list[str], list[int], int]:
    """Return the samples, the cells of the values, and the length of the names with which the legend fits.

    What goes first are the samples, since colours tell lines apart, then the spare room of values; only then
    are names cut, to 1 character at the least.
    """
    samples = [_sample(style.marker(index)) for index in range(len(lines))]
    bare = [""] * len(lines) if style.colour else samples
    roomy = [max(VALUE_WIDTH, len(value)) for value in values]
    whole = max((len(line.name) for line in lines), default=1)
    tries = [(samples, roomy), (bare, roomy), (bare, [len(value) for value in values])]
    fitting = (one for one in tries if _name_length(width, lines, *one) == whole)
    kept, widths = next(fitting, tries[-1])
    return kept, widths, _name_length(width, lines, kept, widths)


def _sample(marker: str) -> str:
    return "── " if marker == BRAILLE else f"{marker} "


def _name_length(width: int, lines: Sequence[Line], samples: Sequence[str], widths: Sequence[int]) -> int:
    """Return to how many characters, at least 1, names must be cut for the legend to fit."""
    room = width + 1 - sum(len(sample) + 2 for sample in samples) - sum(widths)
    longest = max((len(line.name) for line in lines), default=1)
    while longest > 1 and sum(min(len(line.name), longest) for line in lines) > room:
        longest -= 1
    return longest


def _draw_envelopes(sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle) -> None:
    for line in lines:
        series = _reduced(line, frame, 1 if style.ascii else 2)
        drawn = envelope(series, frame.values, width=frame.columns, height=frame.rows, ascii=style.ascii)
        sheet.paint(frame.left, frame.top, drawn, style.faded(line.colour))


def _draw_means(sheet: Sheet, frame: Frame, lines: Sequence[Line], style: ChartStyle) -> None:
    """Draw the lines, later over earlier; where two cross in one cell the dots of both stay."""
    below = np.full((frame.rows, frame.columns), " ", dtype="<U1")
    for index, line in enumerate(lines):
        marker = style.marker(index)
        series = _reduced(line, frame, dots(marker)[0])
        drawn = mean_line(series, frame.values, width=frame.columns, height=frame.rows, marker=marker)
        below = merge(below, drawn)
        sheet.paint(frame.left, frame.top, np.where(drawn == " ", " ", below), style.ink(line.colour))


def _draw_marks(sheet: Sheet, frame: Frame, marks: Sequence[VerticalMark], style: ChartStyle) -> None:
    """Draw a vertical line at each mark, behind the data: what made somebody roll back must stay visible."""
    for mark in marks:
        column = frame.column(mark.step)
        for row in range(frame.rows if column is not None else 0):
            sheet.write(column or 0, frame.top + row, "|" if style.ascii else "┊", style.ink(style.frame))


def _draw_mark_labels(sheet: Sheet, frame: Frame, marks: Sequence[VerticalMark], style: ChartStyle) -> None:
    """Write each label right of its mark, in the lowest row where it covers nothing; else leave it out."""
    for mark in marks:
        column = frame.column(mark.step)
        if column is None:
            continue
        label = plain_ascii(mark.label) if style.ascii else mark.label
        for row in range(frame.top + frame.rows - 1, frame.top, -1):
            if sheet.is_blank(column + 1, row, len(label)):
                sheet.write(column + 1, row, label, style.ink(style.frame))
                break


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
