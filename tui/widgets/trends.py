"""A trend as an arrow or a word, always as wide: what stands beside it does not move."""

from tui.trend import Trend

ARROWS = {"rising": "↗", "steady": "→", "falling": "↘"}
PLAIN = {"rising": "/", "steady": "-", "falling": "\\"}
WORD = 8
"""Cells of a word and the blank before it."""


def arrow(trend: Trend | None, *, ascii: bool) -> str:
    """One cell: which way it goes, blank while that is not known."""
    return (PLAIN if ascii else ARROWS)[trend.way] if trend else " "


def word(trend: Trend | None, *, ascii: bool) -> str:
    """Arrow and word in nine cells, blank while that is not known."""
    return f"{arrow(trend, ascii=ascii)} {trend.way if trend else '':<{WORD - 1}}"
