"""A share of something as a bar, the level below which it is alarming marked on it."""

from __future__ import annotations

from math import isnan

from rich.style import Style
from textual.strip import Strip

from tui.draw.sheet import PLAIN, Sheet

EIGHTHS = "▁▂▃▄▅▆▇"
UNKNOWN = ("not measured yet", "unknown", "?")


def meter(
    fraction: float | None,
    *,
    width: int,
    warn_below: float | None = None,
    ascii: bool = False,
    colour: str | None = "#3a9d5d",
    alarm: str | None = "#e0483e",
) -> Strip:
    """Return a bar of exactly `width` cells, full at `fraction` 1; beyond 0 to 1 it is clipped.

    Below `warn_below`, itself drawn as a tick, the bar takes the colour `alarm`. A colour that is None is not
    used. What is not known, None or NaN, is said in words.
    """
    sheet = Sheet(width, 1)
    if fraction is None or isnan(fraction):
        sheet.write(
            0, 0, next((text for text in UNKNOWN if len(text) <= sheet.width), ""), Style(italic=True)
        )
        return sheet.strips()[0]
    low = warn_below is not None and fraction < warn_below
    sheet.write(0, 0, _bar(min(max(fraction, 0.0), 1.0), sheet.width, ascii), _ink(alarm if low else colour))
    if warn_below is not None and 0 < warn_below < 1:
        sheet.write(int(warn_below * sheet.width), 0, "|" if ascii else "│", _ink(alarm))
    return sheet.strips()[0]


def _bar(fraction: float, width: int, ascii: bool) -> str:
    full, rest = divmod(fraction * width, 1)
    if ascii:
        return ("#" * round(fraction * width)).ljust(width, ".")
    part = EIGHTHS[round(rest * (len(EIGHTHS) - 1))]
    return ("▇" * int(full) + part).ljust(width, "▁")[:width]


def _ink(colour: str | None) -> Style:
    return Style(color=colour) if colour else PLAIN
