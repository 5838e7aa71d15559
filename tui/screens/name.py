"""Save a preset as one's own: ask for a name, and say what it will replace or stand before."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from latentop.presets import catalogue, own
from latentop.presets.catalogue import YOURS
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui.model.plain_text import clean
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.entry import Entry

OVERWRITE = Choice(key="o", word="overwrite", does="what is in it now is lost")


class NameScreen(Entry[str]):
    """Returns the name that the preset was saved under, or None."""

    def __init__(self, preset: Preset, name: str) -> None:
        super().__init__()
        self._preset = preset
        self._suggested = name
        self._shipped = {entry.name for entry in catalogue.entries() if entry.group != YOURS}

    def compose(self) -> ComposeResult:
        """A field, a line for what is wrong with the name, and what the name brings about."""
        with Vertical(id="dialogue"):
            yield Label("Save as a preset of your own, named", classes="question")
            yield Input(self._suggested, compact=True, max_length=2 * own.LONGEST)
            yield Label("", id="wrong")
            yield Label("", id="brings")
            yield Label("enter saves, esc cancels", classes="hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong with the name while it is typed."""
        self._accepts(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save; where the name is taken, ask first."""

        def act(answer: str | None) -> None:
            if answer is not None:
                self._save(event.value)

        if not self._accepts(event.value):
            return
        if taken := own.existing(event.value):
            self.app.push_screen(ChoiceScreen(f"{taken.path} is there already.", (OVERWRITE,)), act)
        else:
            self._save(event.value)

    def _accepts(self, name: str) -> bool:
        try:
            own.check_name(name)
        except PresetError as error:
            self.query_one("#brings", Label).update("")
            self._tell(error)
            return False
        self.query_one("#brings", Label).update(Content(clean(self._brings(name))))
        self.query_one("#wrong", Label).update("")
        return True

    def _brings(self, name: str) -> str:
        if own.existing(name) is not None:
            return "You have a preset of that name: enter asks before it overwrites it."
        if name in self._shipped:
            return f"A shipped preset has that name. Yours will stand before it: train {name} takes yours."
        return f"It is written to {catalogue.user_folder()}."

    def _save(self, name: str) -> None:
        try:
            own.save(name, self._preset)
        except PresetError as error:
            self._tell(error)
        else:
            self.dismiss(name)

    def _tell(self, error: PresetError) -> None:
        self.query_one("#wrong", Label).update(Content(clean(f"{error.message}; {error.hint}")))
