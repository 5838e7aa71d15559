"""One row of words that is sent again only where it changed."""

from collections.abc import Sequence

from textual.reactive import reactive
from textual.strip import Strip

from latentop.tui.link.terminal import Terminal
from latentop.tui.model.state import State
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span

Words = Sequence[Span | str]


class TextLine(Panel):
    """Its words in a row, cut with an ellipsis where there are too many."""

    words: reactive[Words] = reactive[Words]((), repaint=False)

    def __init__(self, terminal: Terminal, *, id: str) -> None:
        super().__init__(terminal, id=id)

    def concerns(self, state: State) -> tuple[object, ...]:
        """No part of a state: it shows the words that it is given."""
        return ()

    def watch_words(self) -> None:
        """Show the new words."""
        if self.is_mounted:
            self.redraw()

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the one row."""
        return [self.line(*self.words, width=width)]
