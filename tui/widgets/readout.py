"""The line that says which moment is shown while a person looks back, what happened then, and what is new."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from textual.reactive import reactive
from textual.strip import Strip

from engine.run.reader import Alarm
from tui import selectors, wording
from tui.moment import happenings
from tui.state import State
from tui.terminal import Terminal
from tui.viewport import Viewport
from tui.widgets.panel import Panel
from tui.widgets.texts import Span


class Readout(Panel):
    """One row, there only while the cursor stands at a step."""

    of_now: ClassVar[bool] = True

    viewport: reactive[Viewport] = reactive(Viewport, repaint=False)

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="readout", classes="-live")
        self._seen: frozenset[int] = frozenset()

    def concerns(self, state: State) -> tuple[object, ...]:
        """How far the run is, and what happened in it."""
        return (selectors.step(state), state.marks, state.alarms)

    def watch_viewport(self, old: Viewport, new: Viewport) -> None:
        """Say which moment it is now; from when on alarms are new, if a person just began to look back."""
        self.set_class(new.live, "-live")
        if old.live and not new.live:
            self._seen = frozenset(alarm.id for alarm in self.state.alarms)
        if self.is_mounted:
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row; what was raised meanwhile comes before what happened then."""
        cursor = self.viewport.cursor
        if cursor is None:
            return []
        spans: list[Span | str] = [" ", Span(f"{self._back} step {wording.spaced(cursor)}", bold=True)]
        spans.append(f" of {wording.spaced(selectors.step(self.state))}{self._when(cursor)}")
        if raised := self._raised_meanwhile():
            spans += ["  ", Span(f"NOW: {raised[-1].sentence}", bold=True)]
        elif here := self._here(cursor):
            spans += ["  ", Span(" · ".join(here), bold=True)]
        hint = "  end: live "
        room = max(0, width - len(hint))
        row = self.line(*spans, width=room).adjust_cell_length(room)
        return [Strip.join([row, self.line(hint)])]

    @property
    def _back(self) -> str:
        return "<<" if self.terminal.ascii else "◀◀"

    def _when(self, cursor: int) -> str:
        wall = selectors.wall_at(self.state, cursor)
        return "" if wall is None else f" · {wording.clock(wall)}"

    def _here(self, cursor: int) -> Sequence[str]:
        """What happened at the cursor, or within the stretch of steps that its column stands for."""
        first, last = self.viewport.window(selectors.step(self.state))
        near = (last - first) / max(1, 2 * self.content_size.width // 3)
        found = happenings(self.state)
        steps = np.array([one.step for one in found])
        close = np.abs(steps - cursor) <= near if len(steps) else steps
        return [found[place].text for place in np.flatnonzero(close).tolist()]

    def _raised_meanwhile(self) -> list[Alarm]:
        return [alarm for alarm in selectors.standing(self.state) if alarm.id not in self._seen]
