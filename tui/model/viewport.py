"""Which steps the charts show, and where the cursor stands: a frozen record, and what keys make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from latentop.tui.draw.charts.axis import Limits, time_axis

NARROWEST = 16
"""Steps that a window shows at the least."""
LEAD = 4
"""Of the steps since a fork began, this part of its parent's is shown before them."""
HOPS = 8
"""A window that follows the newest step moves on by a HOPSth of itself, so that most cells stay put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """``span`` steps from ``first`` on, following the newest where that is None; None: the whole run.

    With a ``cursor``, everything else shows the run as it was at that step; without one it is live.
    """

    span: int | None = None
    first: int | None = None
    cursor: int | None = None
    began: int = 0
    """The step at which what is recorded begins: that of the checkpoint, of a fork."""
    lead: bool = False
    """Whether a part of what was before is shown, too: what a fork's parent recorded."""

    @property
    def live(self) -> bool:
        """Whether the newest is shown."""
        return self.cursor is None

    @property
    def untouched(self) -> bool:
        """Whether the whole run is shown, live."""
        return self.live and self.span is None

    def window(self, last: int) -> Limits:
        """First and last step shown, of a run that has come to step ``last``."""
        if self.span is None:
            length = time_axis(last - self.began)
            return max(0, self.began - length // LEAD if self.lead else self.began), self.began + length
        if self.first is not None:
            return self.first, self.first + self.span
        hop = max(1, self.span // HOPS)
        end = max(self.began + self.span, ceil(last / hop) * hop)
        return end - self.span, end

    def at(self, step: int, last: int) -> Viewport:
        """With the cursor at a recorded step; the window goes along where that is outside of it."""
        step = max(self.began, min(step, last))
        first, end = self.window(last)
        if self.span is None:
            return replace(self, cursor=step)
        if not first <= step <= end:
            first = step - self.span // 2
        return replace(self, cursor=step, first=max(self.began, int(first)))

    def moved(self, columns: int, across: int, last: int) -> Viewport:
        """With the cursor so many columns on, of ``across`` in all; beyond the newest step it is live."""
        first, end = self.window(last)
        by = round(columns * (end - first) / max(1, across)) or (columns > 0) - (columns < 0)
        start = last if self.cursor is None else self.cursor
        return self.now() if start + by > last else self.at(start + by, last)

    def now(self) -> Viewport:
        """Back at the newest step, the window as wide as it was."""
        return replace(self, cursor=None, first=None)

    def whole(self) -> Viewport:
        """The whole run, the cursor where it was."""
        return replace(self, span=None, first=None)

    def zoomed(self, factor: float, last: int, around: int | None = None) -> Viewport:
        """The window ``factor`` times as wide, a step staying in its place: ``around``, else the cursor.

        Without either it keeps to the newest step. As wide as the run, it is the whole run.
        """
        lower, upper = self.window(last)
        width = upper - lower
        span = max(NARROWEST, round(width * factor))
        if span >= time_axis(last - self.began):
            return self.whole()
        pivot = self.cursor if around is None else around
        if pivot is None:
            return replace(self, span=span, first=None)
        share = (min(max(pivot, lower), upper) - lower) / width
        first = max(self.began, round(pivot - share * span))
        follows = self.cursor is None and first + span >= last
        return replace(self, span=span, first=None if follows else first)
