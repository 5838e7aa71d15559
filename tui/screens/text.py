"""A text to read: a traceback, a log, all alarms. Shown as it is, whatever it holds."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Label, Static

from latentop.tui.model.plain_text import clean
from latentop.tui.screens.dialogue import Dialogue

FEW, WIDE = 6, 70
"""Lines, and cells, that need no large dialogue."""


class TextScreen(Dialogue[None]):
    """A title and lines, scrolled with the arrow keys; a short text has a small dialogue."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter", "dismiss(None)", "close", show=False)]

    def __init__(self, title: str, text: str | Callable[[int], str]) -> None:
        """``text`` may depend on how many cells a line has."""
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """The title, the text, and how to leave."""
        text = FittedText(self._text)
        lines = text.within(WIDE).splitlines()
        short = len(lines) <= FEW and all(len(line) <= WIDE for line in lines)
        with Vertical(id="dialogue", classes="" if short else "details"):
            yield Label(Content(clean(self._title)), classes="question")
            with VerticalScroll():
                yield text
            yield Label("esc closes" if short else "arrows scroll, esc closes", classes="hint")


class FittedText(Static):
    """The text; where it depends on the width, it is written anew for each."""

    def __init__(self, text: str | Callable[[int], str]) -> None:
        self._text = text
        super().__init__(Content(self.within(WIDE)))

    def within(self, width: int) -> str:
        """The text for lines of so many cells, without anything that a terminal obeys."""
        text = self._text if isinstance(self._text, str) else self._text(width)
        return "\n".join(clean(line) for line in text.splitlines())

    def on_resize(self, event: Resize) -> None:
        """Fit into the new width."""
        if not isinstance(self._text, str):
            self.update(Content(self.within(event.size.width)))
