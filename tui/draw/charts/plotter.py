"""plotext 6, and the only file that knows it: points in, rows of dots out.

plotext keeps one global figure and knows colours, frames and legends of its own. Here it joins points with
lines, in dots, and nothing else: what a chart looks like is decided in `chart.py`, in plain values.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

BRAILLE = "braille"
KEPT = 64
"""Drawings that are remembered: a few lines of each chart on the screen."""
DOTS = {BRAILLE: (2, 4)}
"""Columns and rows of dots in one cell; any other marker is one character, one dot, per cell."""


@cache
def _plotext() -> Any:
    """plotext itself, imported with the first chart: the screen is there a sixth of a second sooner."""
    import plotext

    plotext.terminal.limit(False, False)  # without it a plot is cut to the terminal that happens to be there
    return plotext


def plot(
    x: NDArray[np.int64],
    y: NDArray[np.int64],
    joined: NDArray[np.bool_],
    *,
    width: int,
    height: int,
    marker: str = BRAILLE,
) -> NDArray[np.str_]:
    """Return characters (height, width) with the points (n,), a line from each `joined` to the one before.

    Coordinates are whole dots from the lower left corner. There is no NaN among whole numbers, and there
    must be none here: plotext kills the process on one inside of a line.
    """
    points = tuple(x.tolist()), tuple(y.tolist()), tuple(np.flatnonzero(joined).tolist())
    return _plotted(*points, width, height, marker).copy()


@lru_cache(maxsize=KEPT)
def _plotted(
    x: tuple[int, ...], y: tuple[int, ...], joined: tuple[int, ...], width: int, height: int, marker: str
) -> NDArray[np.str_]:
    """The same; most new values of a long run lie on dots that are there already."""
    columns, rows = dots(marker)
    plotext = _plotext()
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.axes(False)
    figure.canvas("default")
    for axis, length in (("x", width * columns), ("y", height * rows)):
        figure.ruler(axis, 0).frequency(0).lim(0, length).alignment("edge")
    places = ([one + 0.5 for one in axis] for axis in (x, y))
    signal = figure.signal(*places, marker=plotext.marker(marker))
    signal.density("full")
    for index in joined:
        signal.line(index)
    figure.draw(signal)
    text = figure.build().string(colorless=True)
    rows_of_text = [list(line.ljust(width)[:width]) for line in text.split("\n")[:height]]
    return np.array(rows_of_text, dtype="<U1").reshape(height, width)


def dots(marker: str) -> tuple[int, int]:
    """Return how many columns and rows of dots a cell has with `marker`."""
    return DOTS.get(marker, (1, 1))
