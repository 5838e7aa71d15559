"""A text to read: a traceback, a log, all alarms. Shown as it is, whatever it holds."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from latentop.tui.model.plain_text import clean
from latentop.tui.screens.dialogue import Dialogue

FEW, WIDE = 6, 70
"""Lines, and cells, that need no large dialogue."""


class TextScreen(Dialogue[None]):
    """A title and lines, scrolled with the arrow keys; a short text has a small dialogue."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter", "dismiss(None)", "close", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = "\n".join(clean(line) for line in text.splitlines())

    def compose(self) -> ComposeResult:
        """The title, the text, and how to leave."""
        lines = self._text.splitlines()
        short = len(lines) <= FEW and all(len(line) <= WIDE for line in lines)
        with Vertical(id="dialogue", classes="" if short else "details"):
            yield Label(Content(clean(self._title)), classes="question")
            with VerticalScroll():
                yield Static(Content(self._text))
            yield Label("esc closes" if short else "arrows scroll, esc closes", classes="hint")
