"""Points in the plane as rows of text: crowds of dots over marked places, axes with names, a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from latentop.tui.draw.charts.axis import Limits
from latentop.tui.draw.charts.braille import pack
from latentop.tui.draw.charts.chart import ChartStyle
from latentop.tui.draw.charts.frame import Frame, draw_axes, layout
from latentop.tui.draw.charts.reduction import Floats, Integers
from latentop.tui.draw.small.sheet import Sheet

ACROSS, DOWN = 2, 4
"""Dots of a cell: as far apart one way as the other, for a cell is twice as tall as wide."""
CROWDED = ".:#"
"""In ASCII, for the more points of a lone crowd in a cell."""
MANY = (1, 4)
"""So many points, and more, of which the next of them is drawn."""
APART = 2
"""Blank cells between two entries of a legend, and beside it."""
MOST_ROWS = 3
"""Rows of a legend above the plane."""
ASCII = {"●": "@", "◐": "%", "○": "o", "◆": "*", "·": "."}
"""Signs where there is nothing but ASCII: they must still differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Points that are drawn alike: in dots; in cells of its ``letter`` where there are no colours."""

    places: Floats
    """``(n, 2)``, to the right and up."""
    colour: str
    letter: str = ""
    sign: str = ""
    """What stands for each point in the place of dots: few are better seen so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place with a sign and a name of its own."""

    x: float
    y: float
    sign: str
    colour: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the legend: ``●  a mode with samples``."""

    sign: str
    text: str
    colour: str
    letter: str = ""
    """What stands in the place of the sign where there are no colours."""

    @property
    def width(self) -> int:
        """The cells that it takes."""
        return len(self.sign) + 1 + len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """What is seen of the plane: at least ``x`` and ``y``, and more of it where the room is wider."""

    crowds: tuple[Crowd, ...]
    spots: tuple[Spot, ...] = ()
    legend: tuple[Entry, ...] = ()
    axes: tuple[str, str] = ("", "")
    """What goes right, and what goes up."""
    x: Limits
    y: Limits
    layered: bool = True
    """Whether later crowds lie over earlier ones; else a cell is that of the crowd with the most points."""
    outside: bool = False
    """Whether points beyond what is seen are drawn on its edge."""
    stretched: bool = False
    """Whether each axis has a unit of its own, so that points fill the plane whatever its shape."""


def draw_plane(plane: Plane, *, width: int, height: int, style: ChartStyle) -> list[Strip]:
    """Return `height` rows of exactly `width` cells, which the plane fills.

    A unit is as long both ways, unless the plane is stretched.
    """
    sheet = Sheet(width, height)
    beside = max((entry.width for entry in plane.legend), default=0) + APART
    square = ACROSS * (height - 3) * (plane.x[1] - plane.x[0]) / max(plane.y[1] - plane.y[0], 1e-9)
    square = width / 2 if plane.stretched else square
    room = width - beside
    if plane.legend and room >= square + 8 and len(plane.legend) <= height - 2:
        frame = _framed(plane, room, height, 0)
        for place, entry in enumerate(plane.legend):
            _write_entry(sheet, room + APART, place + 1, entry, style)
    else:
        rows = _in_rows(plane.legend, width)
        frame = _framed(plane, width, height, max(0, len(rows) - 1))
        for y, row in enumerate(rows):
            for x, entry in row:
                _write_entry(sheet, x, y, entry, style)
    if frame.rows and frame.columns:
        draw_axes(sheet, frame, style.ink(style.frame))
        _draw_crowds(sheet, frame, plane, style)
        _draw_spots(sheet, frame, plane, style)
        _name_axes(sheet, frame, plane.axes, style)
    return sheet.strips()


def _framed(plane: Plane, width: int, height: int, above: int) -> Frame:
    """Return the frame, `above` rows left free above it; limits move apart until units are as long."""
    frame = layout(width, height - above, plane.x, plane.y, exact=True)
    if plane.stretched:
        return replace(frame, top=frame.top + above)
    across, up = max(1, frame.columns * ACROSS), max(1, frame.rows * DOWN)
    unit = max((plane.x[1] - plane.x[0]) / across, (plane.y[1] - plane.y[0]) / up)
    x, y = (
        ((low + high) / 2 - unit * dots / 2, (low + high) / 2 + unit * dots / 2)
        for (low, high), dots in ((plane.x, across), (plane.y, up))
    )
    wide = layout(width, height - above, x, y, exact=True)
    return replace(wide, top=wide.top + above)


def _in_rows(legend: Sequence[Entry], width: int) -> list[list[tuple[int, Entry]]]:
    """Return the entries in rows, each with its column, as many as there is room for."""
    rows: list[list[tuple[int, Entry]]] = [[]]
    x = 0
    for entry in legend:
        if x and x + entry.width > width:
            if len(rows) == MOST_ROWS:
                break
            rows.append([])
            x = 0
        rows[-1].append((x, entry))
        x += entry.width + APART
    return rows


def _write_entry(sheet: Sheet, x: int, y: int, entry: Entry, style: ChartStyle) -> None:
    sign = entry.sign if style.colour or not entry.letter else entry.letter
    sheet.write(x, y, _sign(sign, style), style.ink(entry.colour, bold=True))
    sheet.write(x + len(entry.sign) + 1, y, entry.text)


def _sign(sign: str, style: ChartStyle) -> str:
    return ASCII.get(sign, sign) if style.ascii else sign


def _draw_crowds(sheet: Sheet, frame: Frame, plane: Plane, style: ChartStyle) -> None:
    """Draw the dots of all crowds; a cell has the colour of one of those that have points in it."""
    shape = frame.rows, frame.columns
    dots = np.zeros((frame.rows * DOWN, frame.columns * ACROSS), dtype=np.bool_)
    counts = np.zeros((len(plane.crowds), *shape), dtype=np.int64)
    for number, crowd in enumerate(plane.crowds):
        column, row = _dots(crowd.places, frame, plane.outside)
        np.add.at(counts[number], (row // DOWN, column // ACROSS), 1)
        if not crowd.sign:
            dots[row, column] = True
    if not counts.any():
        return
    weights = (counts > 0) * (1 + np.arange(len(counts)))[:, None, None] if plane.layered else counts
    owner = np.where(counts.any(axis=0), weights.argmax(axis=0), -1)
    drawn = pack(dots)
    for number, crowd in enumerate(plane.crowds):
        mine = owner == number
        characters = np.where(mine, _shown(crowd, drawn, counts[number], len(plane.crowds), style), " ")
        sheet.paint(frame.left, frame.top, characters, style.ink(crowd.colour))


def _shown(
    crowd: Crowd, drawn: NDArray[np.str_], counts: Integers, crowds: int, style: ChartStyle
) -> NDArray[np.str_]:
    """Return the characters (rows, columns) of a crowd wherever it owns the cell."""
    if crowd.sign:
        return np.full(drawn.shape, _sign(crowd.sign, style))
    if crowd.letter and (style.ascii or not style.colour) and crowds > 1:
        return np.full(drawn.shape, crowd.letter)
    if style.ascii:
        more = sum((counts > least).astype(np.int64) for least in MANY)
        return np.array(list(CROWDED))[more]
    return drawn


def _dots(places: Floats, frame: Frame, outside: bool) -> tuple[Integers, Integers]:
    """Return column and row of the dots, from the upper left, of the points that are seen."""
    low, high = (np.array([axis[end] for axis in (frame.steps, frame.values)]) for end in (0, 1))
    size = np.array([frame.columns * ACROSS, frame.rows * DOWN])
    where = np.floor((places - low) / np.maximum(high - low, 1e-12) * size)
    if outside:
        where = where.clip(0, size - 1)
    where = where[((where >= 0) & (where < size)).all(axis=1)].astype(np.int64)
    return where[:, 0], size[1] - 1 - where[:, 1]


def _draw_spots(sheet: Sheet, frame: Frame, plane: Plane, style: ChartStyle) -> None:
    """Draw the signs, then beside each its name where it covers nothing."""
    cells = []
    for spot in plane.spots:
        column, row = _dots(np.array([[spot.x, spot.y]]), frame, outside=False)
        if column.size:
            x, y = frame.left + int(column[0]) // ACROSS, frame.top + int(row[0]) // DOWN
            cells.append((x, y, spot))
            sheet.write(x, y, _sign(spot.sign, style), style.ink(spot.colour, bold=True))
    middle = frame.left + frame.columns // 2
    for x, y, spot in cells:
        wide = len(spot.name)
        sides = (
            (x + 1, x + 2),
            (x - wide - 2, x - wide - 1),
        )  # where it must be blank, where the name begins
        for free, start in sides if x >= middle else sides[::-1]:
            if wide and free > frame.left and sheet.is_blank(free, y, wide + 2):
                sheet.write(start, y, spot.name, style.ink(spot.colour))
                break


def _name_axes(sheet: Sheet, frame: Frame, axes: tuple[str, str], style: ChartStyle) -> None:
    """Name what goes right, in the lower right corner, and what goes up, in the upper left one."""
    across, up = axes
    if across and len(across) + 2 < frame.columns:
        x = frame.left + frame.columns - len(across) - 2
        sheet.write(x, frame.top + frame.rows - 1, f"{across} →", style.ink(style.frame))
    if up and len(up) + 2 < frame.columns:
        sheet.write(frame.left, frame.top, f"↑ {up}", style.ink(style.frame))
