"""All about one setting: where its value is typed or chosen, what is wrong with it, and what it means."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.widgets import Input, Label, Static

from latentop.presets.fields import Field
from latentop.tui.model.form_rows import typed
from latentop.tui.model.plain_text import clean


class ChosenValue(Static, can_focus=True):
    """A value that is one of a few: whatever is typed opens the list of them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "choose", "choose", show=False)]

    class Opened(Message):
        """The list of alternatives shall open, at the first that begins with these letters."""

        def __init__(self, letters: str) -> None:
            self.letters = letters
            super().__init__()

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
        self.action_choose()


class FieldPanel(Vertical):
    """Receives a field; says what is typed into it, and when the person is done with it."""

    class Typed(Message):
        """Something was typed."""

    class Done(Message):
        """On to the next one."""

    def __init__(self) -> None:
        super().__init__(id="field")
        self.key = ""

    @property
    def text(self) -> str:
        """What stands in the field now."""
        return self.query_one(Input).value

    def compose(self) -> ComposeResult:
        """The reason stands right under the value; it has its rows even while there is none."""
        yield Label("", id="key")
        yield Input(id="value", compact=True)
        yield ChosenValue(id="chosen")
        yield Label("", id="wrong")
        with VerticalScroll(can_focus=False):
            yield Static(id="meaning")

    def tell(self, field: Field, about: Content, wrong: str) -> None:
        """Say what a field means, and what is wrong with it; what is being typed stays."""
        self.query_one("#key", Label).update(Content(clean(field.key)))
        self.query_one("#meaning", Static).update(about)
        self.query_one("#wrong", Label).update(Content(clean(wrong)))

    def fill(self, field: Field) -> None:
        """Put the value of a field where it can be changed."""
        self.key = field.key
        value, chosen = self.query_one(Input), self.query_one(ChosenValue)
        value.display, chosen.display = not field.alternatives, bool(field.alternatives)
        with self.prevent(Input.Changed):
            value.value = typed(field)
        chosen.update(Content.assemble((clean(typed(field)), "bold"), "   enter lists what it can be"))

    def take_keys(self) -> None:
        """Let what is typed come here; it replaces the value as a whole."""
        value = self.query_one(Input)
        if value.display:
            value.focus().action_select_all()
        else:
            self.query_one(ChosenValue).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is typed."""
        event.stop()
        self.post_message(self.Typed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Say that it is typed."""
        event.stop()
        self.post_message(self.Done())
