"""Levels of alarms as lines across a chart, behind its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from rich.style import Style

from latentop.tui.draw.charts.frame import Frame
from latentop.tui.draw.small.sheet import Sheet

DASH = "╌"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value that is worth a line across the chart, and what it is."""

    value: float
    name: str
    colour: str


def draw_levels(sheet: Sheet, frame: Frame, levels: Sequence[tuple[Level, Style]], *, log: bool) -> None:
    """Draw each level within the axis, dashed where nothing else is; its name where it covers least."""
    for level, ink in levels:
        if log and level.value <= 0:
            continue
        value = log10(level.value) if log else level.value
        if not frame.values[0] <= value <= frame.values[1]:
            continue
        row = frame.row(value)
        last = frame.left + frame.columns - len(level.name)
        ends = (last, frame.left + 1)
        start = next((end for end in ends if sheet.is_blank(end, row, len(level.name))), last)
        for column in range(frame.left, frame.left + frame.columns):
            if sheet.is_blank(column, row, 1):
                sheet.write(column, row, DASH, ink)
        if last > frame.left:
            sheet.write(start, row, level.name, ink)
