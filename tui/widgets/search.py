"""The line in which one types what to look for; it is there only while there is something in it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label


class SearchLine(Horizontal):
    """Hidden until it is opened."""

    def __init__(self, words: str) -> None:
        super().__init__(id="search")
        self.display = bool(words)
        self._words = words

    def compose(self) -> ComposeResult:
        """What the line is for, and what is looked for."""
        yield Label("search ")
        yield Words(self._words)

    def open(self) -> None:
        """Show the line and type into it."""
        self.display = True
        self.query_one(Words).focus()

    def clear(self) -> None:
        """Look for nothing any more."""
        self.query_one(Words).clear()
        self.display = False


class Words(Input):
    """Enter and the down arrow go back to the list; what is empty then is hidden again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "submit", "to the list", show=False)]

    def __init__(self, value: str) -> None:
        super().__init__(value, placeholder="name, preset, state, verdict or note", compact=True)

    async def action_submit(self) -> None:
        """Keep what is looked for."""
        if self.parent is not None and not self.value:
            self.parent.display = False
        await super().action_submit()
