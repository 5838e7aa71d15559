"""A text to read: a traceback, a log, all alarms. Shown as it is, whatever it holds."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from tui.screens.dialogue import Dialogue
from tui.wording import clean


class TextScreen(Dialogue[None]):
    """A title and lines, scrolled with the arrow keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter", "dismiss(None)", "close", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = "\n".join(clean(line) for line in text.splitlines())

    def compose(self) -> ComposeResult:
        """The title, the text, and how to leave."""
        with Vertical(id="dialogue", classes="details"):
            yield Label(Content(clean(self._title)), classes="question")
            with VerticalScroll():
                yield Static(Content(self._text))
            yield Label("arrows scroll, esc closes", classes="hint")
