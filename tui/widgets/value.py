"""Where a setting's value is given: typed into a field, or chosen from a list."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.widgets import Static

from tui.wording import clean


class ChosenValue(Static, can_focus=True):
    """A value that is one of a few: whatever is typed opens the list of them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "choose", "choose", show=False)]

    class Opened(Message):
        """The list of alternatives shall open, at the first that begins with these letters."""

        def __init__(self, letters: str) -> None:
            self.letters = letters
            super().__init__()

    def show(self, value: str) -> None:
        """Show that value."""
        self.update(
            Content.assemble((clean(value), "bold"), ("   enter lists what it can be", "$text-muted"))
        )

    def action_choose(self) -> None:
        """Open the list."""
        self.post_message(self.Opened(""))

    def on_key(self, event: Key) -> None:
        """Open the list where one begins to type."""
        if event.character is not None and event.character.isalnum():
            event.stop()
            self.post_message(self.Opened(event.character))

    def on_click(self, event: Click) -> None:
        """Open the list."""
        event.stop()
        self.post_message(self.Opened(""))
