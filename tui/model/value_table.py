"""Every series of a run at one moment, as lines of text."""

import numpy as np

from latentop.engine.run import series
from latentop.engine.run.store.bins import Bins
from latentop.tui.model import derived, mode_presence, number_text, plain_text
from latentop.tui.model.shown_series import measured
from latentop.tui.model.state import State

HEADS = ("series", "last", "lowest", "highest", "step")


def table(state: State) -> str:
    """A line for each series, by name: its last value, and the lowest and highest of all until then."""
    titles = mode_presence.titles(state.facts, state.series)
    known = ((name, state.series[name]) for name in derived.names(state))
    rows = [HEADS, *(_row(name, titles[name], bins) for name, bins in known if len(bins))]
    lines = plain_text.table(rows, right=range(1, len(HEADS)))
    return "\n".join(lines) if len(rows) > 1 else "No values yet."


def _row(name: str, title: str, bins: Bins) -> tuple[str, ...]:
    return (
        title,
        measured(name, float(bins.last[-1])),
        _extreme(name, float(np.fmin.reduce(bins.lo))),
        _extreme(name, float(np.fmax.reduce(bins.hi))),
        number_text.spaced(int(bins.step[-1])),
    )


def _extreme(name: str, value: float) -> str:
    """On the scale of the last value, which has told the unit."""
    return measured(name, value).removesuffix(f" {series.of(name).unit}")
