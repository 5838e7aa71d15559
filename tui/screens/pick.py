"""Choose one of the values that a setting can have, each with what it means."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from presets.fields import Alternative
from tui.wording import clean, setting


class PickScreen(ModalScreen[str | None]):
    """Returns the value that was chosen, or None. Begins at the present one, or at what was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel", show=False)]

    def __init__(
        self, key: str, options: Sequence[Alternative], value: str, letters: str, ascii: bool
    ) -> None:
        super().__init__(classes="dialogue")
        self._key = key
        self._ascii = ascii
        self._options = {setting(one.value): one.meaning for one in options}
        begins = (place for place, word in enumerate(self._options) if word.startswith(letters.lower()))
        present = list(self._options).index(value) if value in self._options else 0
        self._first = next(begins, present) if letters else present

    def compose(self) -> ComposeResult:
        """The setting above its values."""
        width = max(len(word) for word in self._options)
        with Vertical(id="dialogue"):
            yield Label(Content(clean(self._key)), classes="question")
            yield OptionList(
                *(
                    Option(
                        Content.assemble(
                            (f"{clean(word):<{width}}  ", "bold"),
                            (clean(meaning, ascii=self._ascii), "$text-muted"),
                        )
                    )
                    for word, meaning in self._options.items()
                )
            )
            yield Label("enter takes it, esc cancels", classes="hint")

    def on_mount(self) -> None:
        """Begin at the present value."""
        self.query_one(OptionList).highlighted = self._first

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the value."""
        self.dismiss(list(self._options)[event.option_index])
