"""What a run has to say while there is nothing else to show of it: it stands in the place of the panels."""

from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip

from latentop.tui.link.terminal import Terminal
from latentop.tui.model.notice_text import PRINTED, Aside, notice
from latentop.tui.model.plain_text import clean, shortened
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, wrapped

WAITING = ("starting", "queued")


class NoticePage(Panel):
    """The words, each idea on rows of its own."""

    of_now: ClassVar[bool] = True

    aside: reactive[Aside] = reactive(Aside, repaint=False)

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="notice")

    def concerns(self, state: State) -> tuple[object, ...]:
        """Everything: the words follow from all of it."""
        return (state,)

    def watch_aside(self) -> None:
        """Say what came to be known."""
        if self.is_mounted:
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the words."""
        if (told := notice(self.state, self.aside)) is None:
            return []
        # What is awaited stands in the row of the verdict, which has room for it.
        waits = self.state.liveness.name in WAITING and not self.state.liveness.watched and told.lines
        head = [] if waits else [(told.tone, told.said)]
        return [
            self.line(Span(row, tone, bold=tone != ""))
            for tone, text in (*head, *told.lines)
            for row in notice_rows(text, width)
        ][:height]


def notice_rows(text: str, width: int) -> list[str]:
    """The text in rows; a line that the worker printed is one, however long."""
    return [shortened(clean(text), width)] if text.startswith(PRINTED) else wrapped(text, width)
