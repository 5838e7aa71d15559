"""Choose one of the values that a setting can have, each with what it means."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from latentop.presets.fields import Field
from latentop.tui.model.plain_text import clean, setting
from latentop.tui.screens.dialogue import Dialogue
from latentop.tui.widgets.options import Options


class PickScreen(Dialogue[str]):
    """Returns the value that was chosen, or None. Begins at the present one; letters go to what has them."""

    def __init__(self, field: Field, letters: str) -> None:
        super().__init__()
        self._field = field
        self._options = {setting(one.value): one.meaning for one in field.alternatives}
        self._letters = letters.lower()

    def compose(self) -> ComposeResult:
        """The setting above its values; where these need no words, its own are said."""
        width = max(len(word) for word in self._options)
        meaning = "" if any(self._options.values()) else f": {self._field.meaning}"
        with Vertical(id="dialogue"):
            yield Label(Content(clean(f"{self._field.key}{meaning}")), classes="question")
            yield Options(
                *(
                    Option(
                        Content.assemble(
                            (f"{clean(word):<{width}}  ", "bold"),
                            (clean(meaning), "$note"),
                        )
                    )
                    for word, meaning in self._options.items()
                )
            )
            yield Label("enter takes it, esc cancels", classes="hint")

    def on_mount(self) -> None:
        """Begin at the present value."""
        words, present = list(self._options), setting(self._field.value)
        self.query_one(Options).highlighted = words.index(present) if present in words else 0
        self._seek()

    def on_key(self, event: Key) -> None:
        """Go to the value that begins with the letters typed so far."""
        if event.character is not None and event.character.isprintable() and not event.character.isspace():
            event.stop()
            self._letters += event.character.lower()
            self._seek()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the value."""
        self.dismiss(list(self._options)[event.option_index])

    def _seek(self) -> None:
        words = list(self._options)
        found = next((place for place, word in enumerate(words) if word.startswith(self._letters)), None)
        if not self._letters:
            return
        if found is None:
            self._letters = ""  # a new beginning: what was typed is none of them
        else:
            self.query_one(Options).highlighted = found
