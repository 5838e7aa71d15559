"""A trend as an arrow or a word, always as wide: what stands beside it does not move."""

from latentop.tui.model.trend import Trend

ARROWS = {"rising": "↗", "steady": "→", "falling": "↘"}
WORD = 8
"""Cells of a word and the blank before it."""


def arrow(trend: Trend | None) -> str:
    """One cell: which way it goes, blank while that is not known."""
    return ARROWS[trend.way] if trend else " "


def word(trend: Trend | None) -> str:
    """Arrow and word in nine cells, blank while that is not known."""
    return f"{arrow(trend)} {trend.way if trend else '':<{WORD - 1}}"
