"""Every series of a run at one moment, as lines of text."""

from engine.run import series
from engine.run.bins import Bins
from tui import presence, selectors, wording
from tui.state import State

HEADS = ("series", "last", "lowest", "highest", "step")


def table(state: State) -> str:
    """A line for each series, by name: its last value, and the extremes of the steps of its last row."""
    titles = presence.titles(state.facts, state.series)
    known = ((name, state.series[name]) for name in selectors.names(state))
    rows = [HEADS, *(_row(name, titles[name], bins) for name, bins in known if len(bins))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    lines = [
        "  ".join(
            f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(lines) if len(rows) > 1 else "No values yet."


def _row(name: str, title: str, bins: Bins) -> tuple[str, ...]:
    one = bins.n[-1] == 1
    extremes = ("", "") if one else (_extreme(name, float(bins.lo[-1])), _extreme(name, float(bins.hi[-1])))
    return title, wording.measured(name, float(bins.last[-1])), *extremes, wording.spaced(int(bins.step[-1]))


def _extreme(name: str, value: float) -> str:
    """On the scale of the last value, which has told the unit."""
    return wording.measured(name, value).removesuffix(f" {series.describe(name)[0]}")
