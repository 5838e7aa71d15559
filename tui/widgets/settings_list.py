"""The list of settings in the form: its cursor moves over settings, never over headings."""

from collections.abc import Sequence

from textual.message import Message
from textual.widgets.option_list import Option

from latentop.tui.model.form_rows import FormRow
from latentop.tui.widgets.options import Options


class SettingsList(Options, can_focus=False):
    """Shows rows. The keyboard stays in the field, so that one can type at once."""

    class Widened(Message):
        """The list has another width, perhaps."""

    def __init__(self) -> None:
        super().__init__(id="settings")
        self._rows: list[FormRow] = []

    def on_resize(self) -> None:
        """Say that rows may have more room or less."""
        self.post_message(self.Widened())

    @property
    def key(self) -> str:
        """The setting under the cursor; empty where there is none."""
        option = self.highlighted_option
        return (option.id or "") if option is not None else ""

    @property
    def columns(self) -> int:
        """Cells that a row has."""
        return max(40, self.scrollable_content_region.width - 1)

    def show(self, rows: Sequence[FormRow], key: str) -> None:
        """Show these rows, the cursor on that setting; where they are the same ones, only what differs."""
        before, self._rows = self._rows, list(rows)
        if [row.key for row in before] != [row.key for row in self._rows]:
            self.set_options(
                Option(row.content, id=row.key or None, disabled=not row.key) for row in self._rows
            )
        else:
            for place, (old, new) in enumerate(zip(before, self._rows, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(place, new.content)
        places = {row.key: place for place, row in enumerate(self._rows) if row.key}
        self.highlighted = places.get(key, min(places.values(), default=None))

    def move(self, by: int) -> None:
        """Move the cursor by so many settings, as far as there are any."""
        places = [place for place, row in enumerate(self._rows) if row.key]
        if self.highlighted in places:
            to = places.index(self.highlighted) + by
            self.highlighted = places[max(0, min(len(places) - 1, to))]
