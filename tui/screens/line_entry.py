"""One line to write: a name, a note. What is refused stays as it was typed, with the reason below it."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from latentop.engine.run.errors import LatentopError
from latentop.tui.model.plain_text import clean, reason
from latentop.tui.screens.entry import Entry


class LineScreen(Entry[bool]):
    """Returns True once the line is written; ``write`` does it, and raises LatentopError where it can't."""

    def __init__(self, question: str, line: str, hint: str, write: Callable[[str], object]) -> None:
        super().__init__()
        self._question = question
        self._line = line
        self._hint = hint
        self._write = write

    def compose(self) -> ComposeResult:
        """The question, the line as it is now, and how to leave."""
        with Vertical(id="dialogue"):
            yield Label(Content(clean(self._question)), classes="question")
            yield Input(clean(self._line), compact=True, select_on_focus=False)
            yield Label("", id="wrong")
            yield Label(Content(f"enter keeps it, {self._hint}, esc cancels"), classes="hint")

    def on_input_changed(self) -> None:
        """What was wrong may be right now."""
        self.query_one("#wrong", Label).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Write the line, or say why not."""
        try:
            self._write(event.value)
        except LatentopError as error:
            self.query_one("#wrong", Label).update(Content(clean(reason(error))))
        else:
            self.dismiss(True)
