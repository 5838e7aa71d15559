"""The frame of a chart: where its canvas lies, and the axes around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from rich.style import Style

from latentop.tui.draw.charts.axis import Limits, log_ticks, row_axis, ticks
from latentop.tui.draw.small.sheet import Sheet
from latentop.tui.model.number_text import percent, short, spaced

LABEL_WIDTH = 6
"""Room for value labels even while they are shorter, so that the canvas does not move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the canvas lies on a sheet, in cells, and which steps and values it spans."""

    left: int
    top: int
    columns: int
    rows: int
    axis: bool
    """Whether a line separates the canvas from the step labels."""
    labels: bool
    """Whether there are step labels."""
    steps: Limits
    values: Limits
    value_ticks: tuple[tuple[float, str], ...]
    """Where on the value axis there is a tick, and what it says."""

    def column(self, step: float) -> int | None:
        """Return the column of the sheet in which `step` lies, None where it is outside."""
        first, last = self.steps
        if not first <= step <= last or not self.columns:
            return None
        place = int((step - first) / max(last - first, 1e-9) * self.columns)
        return self.left + min(place, self.columns - 1)

    def step(self, column: int) -> int | None:
        """Return the first step of the run that lies in a column of the sheet, None outside of the canvas."""
        if not self.left <= column < self.left + self.columns:
            return None
        first, last = self.steps
        return ceil(first + (column - self.left) / self.columns * (last - first))

    def row(self, value: float) -> int:
        """Return the row of the sheet in which `value`, within the limits, lies."""
        lower, upper = self.values
        place = round((value - lower) / (upper - lower) * self.rows - 0.5)  # of the rows' middles the nearest
        return self.top + self.rows - 1 - min(max(place, 0), self.rows - 1)


def layout(
    width: int,
    height: int,
    steps: Limits,
    values: Limits,
    *,
    log: bool = False,
    exact: bool = False,
    shares: bool = False,
) -> Frame:
    """Return the frame for a sheet of `width` × `height` cells, leaving out what there is no room for.

    The axis reaches a little beyond `values`, so that its labels stand beside rows of which they are true,
    unless it must be `exact`. With `log`, `values` are logarithms, as everything that is drawn must be.
    `shares` are told in percent.
    """
    top = 1 if height >= 2 else 0
    labels, axis = height >= 4, height >= 7
    rows = max(0, height - top - labels - axis)
    if rows >= 2 and not log and not exact:
        values, round_ones = row_axis(*values, rows, at_most=max(2, rows // 2))
        value_ticks = [(value, percent(value) if shares else short(value, 4)) for value in round_ones]
    else:
        value_ticks = _value_ticks(values, rows, log)
    value_ticks = value_ticks if width >= 12 else []
    longest = max((len(label) for _, label in value_ticks), default=-1)
    left = max(longest, LABEL_WIDTH if width >= 40 else -1) + 1
    return Frame(
        left=left,
        top=top,
        columns=max(0, width - left),
        rows=rows,
        axis=axis,
        labels=labels,
        steps=steps,
        values=values,
        value_ticks=tuple(value_ticks),
    )


def draw_axes(sheet: Sheet, frame: Frame, style: Style, tell: Callable[[float], str] | None = None) -> None:
    """Draw the axes with their ticks and labels around the canvas of `frame`.

    `tell` writes what is said of a place on the time axis; as it is, that is its step.
    """
    edge = frame.left - 1
    for row in range(frame.rows if edge >= 0 else 0):
        sheet.write(edge, frame.top + row, "│", style)
    for value, label in frame.value_ticks:
        sheet.write(edge - len(label), frame.row(value), label, style)
        sheet.write(edge, frame.row(value), "┤", style)
    below = frame.top + frame.rows
    if frame.axis:
        sheet.write(max(edge, 0), below, ("└" if edge >= 0 else "") + "─" * frame.columns, style)
    if frame.labels:
        _draw_step_labels(sheet, frame, below, style, tell or _place)


def _draw_step_labels(
    sheet: Sheet, frame: Frame, below: int, style: Style, tell: Callable[[float], str]
) -> None:
    free = 0
    for step in ticks(*frame.steps, at_most=max(2, frame.columns // 9)):
        column = frame.column(step)
        label = tell(step)
        if column is None:
            continue
        start = max(0, min(column - len(label) // 2, sheet.width - len(label)))
        if start < free:
            continue
        if frame.axis:
            sheet.write(column, below, "┬", style)
        sheet.write(start, below + frame.axis, label, style)
        free = start + len(label) + 1


def _place(value: float) -> str:
    """A step as all else tells it, ``2 000``; from ten thousand on in thousands, ``20k``."""
    return spaced(round(value)) if 1000 <= abs(value) < 1e4 else short(value, 4)


def _value_ticks(values: Limits, rows: int, log: bool) -> list[tuple[float, str]]:
    at_most = max(2, rows // 2)
    found = list(values[1:]) if rows < 2 else (log_ticks if log else ticks)(*values, at_most=at_most)
    if rows >= 2 and len(found) < 2:
        found = list(values)
    return [(value, short(10**value, 3) if log else short(value, 4)) for value in found]
