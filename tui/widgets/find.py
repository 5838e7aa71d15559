"""A line to find something by its words: what is typed narrows a list at once."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class FindLine(Horizontal):
    """Hidden until it is opened, or something is looked for. Enter keeps what it found, esc forgets it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "forget", "forget", show=False),
        Binding("down", "keep", "to the list", show=False),
    ]

    class Changed(Message):
        """These words are looked for; none: everything is shown."""

        def __init__(self, words: str) -> None:
            self.words = words
            super().__init__()

    class Left(Message):
        """The person goes back to the list."""

    def __init__(self, hint: str, words: str = "") -> None:
        super().__init__(id="find")
        self._hint = hint
        self._first = words
        self.display = bool(words)

    def compose(self) -> ComposeResult:
        """A word before the field."""
        yield Label("find ")
        yield Input(self._first, placeholder=self._hint, compact=True)

    @property
    def words(self) -> str:
        """What is looked for."""
        return self.query_one(Input).value.strip()

    @property
    def typed_in(self) -> bool:
        """Whether keys go here."""
        return self.query_one(Input).has_focus

    def open(self) -> None:
        """Let a person type."""
        self.display = True
        self.query_one(Input).focus()

    def action_forget(self) -> None:
        """Look for nothing."""
        self.query_one(Input).clear()
        self.display = False
        self.post_message(self.Left())

    def action_keep(self) -> None:
        """Keep what was found."""
        self.display = bool(self.words)
        self.post_message(self.Left())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look for what is there now."""
        event.stop()
        self.post_message(self.Changed(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what was found."""
        event.stop()
        self.action_keep()
