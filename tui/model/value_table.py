"""Every series of a run at one moment, as lines of text."""

from collections.abc import Container, Sequence

import numpy as np
from rich.cells import cell_len

from latentop.engine.run import series
from latentop.engine.run.store.bins import Bins
from latentop.tui.model import derived, mode_presence, number_text, plain_text
from latentop.tui.model.plain_text import clean, shortened
from latentop.tui.model.shown_series import measured
from latentop.tui.model.state import State

HEADS = ("series", "last", "lowest", "highest", "step")
COUNTS, GAPS = (5, 4, 2), (2, 1)
"""How many columns there are, and how far apart, from the roomiest to what needs the fewest cells."""


def table(state: State, width: int | None = None) -> str:
    """A line for each series, by name: its last value, and the lowest and highest of all until then.

    Where ``width`` cells are too few, columns move closer, then the step goes, then the extremes; at last
    names are cut in their middle. A number is never cut.
    """
    titles = mode_presence.titles(state.facts, state.series)
    known = ((name, state.series[name]) for name in derived.names(state))
    rows = [HEADS, *(_row(name, titles[name], bins, state.series) for name, bins in known if len(bins))]
    if len(rows) < 2:
        return "No values yet."
    drawn = (_lines([row[:count] for row in rows], gap) for count in COUNTS for gap in GAPS)
    if width is None:
        return "\n".join(next(drawn))
    fitting = (lines for lines in drawn if max(map(cell_len, lines)) <= width)
    return "\n".join(next(fitting, []) or _with_short_names(rows, width))


def _with_short_names(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The lines of names and last values, names as short as they must be."""
    count, gap = COUNTS[-1], GAPS[-1]
    room = width - gap - max(cell_len(row[1]) for row in rows)
    return _lines([(shortened(clean(row[0]), max(1, room)), *row[1:count]) for row in rows], gap)


def _lines(rows: Sequence[Sequence[str]], gap: int) -> list[str]:
    return plain_text.table(rows, right=range(1, len(rows[0])), gap=gap)


def _row(name: str, title: str, bins: Bins, among: Container[str]) -> tuple[str, ...]:
    return (
        title,
        measured(name, float(bins.last[-1]), among),
        _extreme(name, float(np.fmin.reduce(bins.lo))),
        _extreme(name, float(np.fmax.reduce(bins.hi))),
        number_text.spaced(int(bins.step[-1])),
    )


def _extreme(name: str, value: float) -> str:
    """On the scale of the last value, which has told the unit."""
    return measured(name, value).removesuffix(f" {series.of(name).unit}")
