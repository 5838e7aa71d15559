"""A share of something as a bar: the level that is alarming and the range that is normal marked on it."""

from __future__ import annotations

from math import isnan

from rich.style import Style
from textual.strip import Strip

from latentop.tui.draw.small.sheet import PLAIN, Sheet

EIGHTHS = "▁▂▃▄▅▆▇"
UNKNOWN = ("not measured yet", "unknown", "?")
Range = tuple[float, float]


def meter(
    fraction: float | None,
    *,
    width: int,
    full: float = 1.0,
    warn_below: float | None = None,
    normal: Range | None = None,
    colour: str | None = "#3a9d5d",
    alarm: str | None = "#e0483e",
) -> Strip:
    """Return a bar of exactly `width` cells, full at the fraction `full`; what is beyond is clipped.

    Below `warn_below`, itself drawn as a tick, the bar takes the colour `alarm`. The cells of the range
    `normal`, one at least, are shaded, lightly where the bar does not reach. A colour that is None is not
    used. What is not known, None or NaN, is said in words.
    """
    sheet = Sheet(width, 1)
    if fraction is None or isnan(fraction):
        sheet.write(
            0, 0, next((text for text in UNKNOWN if len(text) <= sheet.width), ""), Style(italic=True)
        )
        return sheet.strips()[0]
    low = warn_below is not None and fraction < warn_below
    share = min(max(fraction / full, 0.0), 1.0)
    drawn = _bar(share, sheet.width)
    if normal is not None:
        drawn = _shaded(drawn, [edge / full for edge in normal])
    sheet.write(0, 0, drawn, _ink(alarm if low else colour))
    if warn_below is not None and 0 < warn_below < full:
        sheet.write(int(warn_below / full * sheet.width), 0, "│", _ink(alarm))
    return sheet.strips()[0]


def _bar(share: float, width: int) -> str:
    full, rest = divmod(share * width, 1)
    part = EIGHTHS[round(rest * (len(EIGHTHS) - 1))]
    return ("▇" * int(full) + part).ljust(width, "▁")[:width]


def _shaded(bar: str, normal: list[float]) -> str:
    """The bar with its cells from one share to the other shaded: lightly where it does not reach."""
    first, last = (min(max(int(edge * len(bar)), 0), len(bar) - 1) for edge in normal)
    shades = ["░" if cell == "▁" else "▓" for cell in bar[first : last + 1]]
    return bar[:first] + "".join(shades) + bar[last + 1 :]


def _ink(colour: str | None) -> Style:
    return Style(color=colour) if colour else PLAIN
