"""The second row: the verdict, the loudest thing on the screen, with the keys that help."""

from dataclasses import replace
from typing import ClassVar

from rich.style import Style
from textual.events import Click
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer

from latentop.tui import keys
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.fitted_row import Hint, VerdictRow, hints_width
from latentop.tui.model.notice_text import Aside
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State
from latentop.tui.model.verdict_row import verdict_row
from latentop.tui.model.viewport import Viewport
from latentop.tui.themes import TONES
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span

REVERSED = Style(reverse=True)
"""What is loud where there are no colours."""


class VerdictLine(Panel):
    """Always there, always one row: what it says changes, and nothing else changes its place for it."""

    of_now: ClassVar[bool] = True

    viewport: reactive[Viewport] = reactive(Viewport, repaint=False)
    aside: reactive[Aside] = reactive(Aside, repaint=False)
    then: reactive[State] = reactive(State, repaint=False)
    """The run as the screen shows it."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="verdict")
        self._seen: frozenset[tuple[int, float]] = frozenset()
        self._said: tuple[str, str] | None = None
        self._until: Timer | None = None
        self._shown = VerdictRow(heads=("",))
        self._places: list[tuple[int, int, Hint]] = []

    def concerns(self, state: State) -> tuple[object, ...]:
        """Everything: the words follow from all of it."""
        return (state,)

    def watch_viewport(self, old: Viewport, new: Viewport) -> None:
        """Say which moment it is now; from when on alarms are new, if a person just began to look back."""
        if old.live and not new.live:
            self._seen = frozenset(alarm.identity for alarm in self.state.alarms)
        self._draw()

    def watch_aside(self) -> None:
        """Say what came to be known."""
        self._draw()

    def watch_then(self) -> None:
        """Say what is shown, where that is not the run as it is now."""
        if not self.viewport.live:
            self._draw()

    @property
    def text(self) -> str:
        """All that the row has to say, whatever there is room for."""
        row = self._row()
        lost = f" · lost {', '.join(row.lost)}" if row.lost else ""
        return clean(" · ".join((row.heads[0], *row.parts)) + lost)

    def say(self, text: str, *, tone: str, seconds: float) -> bool:
        """Say something for a while, in the place of the verdict, or beside one that is critical.

        False where the row has no room for it.
        """
        if not self.is_mounted or not self._has_room(text, tone):
            return False
        if self._until is not None:
            self._until.stop()
        self._said = (text, tone)
        self._until = self.set_timer(seconds, self._unsay)
        self._draw()
        return True

    def changed(self) -> None:
        """Have the ground in the colour of what is said, where that is loud."""
        self._shown = row = self._row()
        for tone in TONES:
            self.set_class(row.loud and tone == row.tone, f"-{tone}")

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row."""
        row = self._shown
        self._places = []
        head, said, hints = row.within(width - 2)
        colour = "" if row.loud else row.tone
        left = self.line(" ", Span(head, colour, bold=True), said, width=width - 1)
        spans: list[Span | str] = []
        x = width - 1 - hints_width(hints)
        for hint in hints:
            spans += ["  ", Span(hint.key, "" if row.loud else "accent", bold=True), f" {hint.does}"]
            self._places.append((x + 2, x + 3 + len(hint.key) + len(hint.does), hint))
            x += 3 + len(hint.key) + len(hint.does)
        drawn = Strip.join(
            [left.adjust_cell_length(max(0, width - 1 - hints_width(hints))), self.line(*spans)]
        )
        drawn = drawn.adjust_cell_length(width)
        return [drawn.apply_style(REVERSED) if row.loud and not self.terminal.colour else drawn]

    async def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, hint in self._places:
            if start <= event.x < end:
                found = next((key for key in keys.of("run") if key.shown == hint.key), None)
                if found is not None:
                    await self.screen.run_action(found.action)

    def _row(self) -> VerdictRow:
        return self._verdict() if self._said is None else self._saying(*self._said)

    def _verdict(self) -> VerdictRow:
        then = self.state if self.viewport.live else self.then
        return verdict_row(self.state, then, self.viewport, self.aside, self._seen)

    def _saying(self, text: str, tone: str) -> VerdictRow:
        """The text in the place of the verdict, or beside one that is critical, which stays in sight."""
        row = self._verdict()
        if row.tone != "error" or tone == "error":
            return VerdictRow(heads=(text,), tone=tone, loud=tone == "error")
        return replace(row, parts=(text, *row.parts))

    def _has_room(self, text: str, tone: str) -> bool:
        head, said, _ = self._saying(text, tone).within(self.content_size.width - 2)
        return text in head + said

    def _unsay(self) -> None:
        self._said = None
        self._draw()

    def _draw(self) -> None:
        if self.is_mounted:
            self.changed()
            self.redraw()
