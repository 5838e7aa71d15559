"""A preset as a form: every setting with its meaning, checked while it is typed, then trained or saved."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from latentop.engine.run.folder import RunFolder
from latentop.presets import draft, own
from latentop.presets.draft import Draft
from latentop.presets.fields import Field
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui import keys
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import form_rows
from latentop.tui.model.plain_text import clean
from latentop.tui.runs import start
from latentop.tui.runs.names import undated
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.messages import TrainPreset
from latentop.tui.screens.name import NameScreen
from latentop.tui.screens.settings_form import SettingsForm, told

SAVE = Choice(key="s", word="save", does="as a preset of your own")
LEAVE = Choice(key="l", word="leave", does="what was changed is forgotten")


class FormScreen(SettingsForm[str | None]):
    """Returns the name of the own preset that it was saved as, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("form")]

    def __init__(
        self, terminal: Terminal, name: str, preset: Preset, *, rewritable: bool, instead: RunFolder | None
    ) -> None:
        super().__init__(terminal, draft.begun(preset))
        self._called = name
        self._rewritable = rewritable
        self._instead = instead
        self._said_only = False

    def heading(self) -> str:
        """The preset's name, and how much of it was changed."""
        what = " · only what differs" if self._said_only else ""
        return f"edit {self._called} · {self.count()}{what}"

    def above(self) -> Iterator[Widget]:
        """What becomes of the run that one comes from."""
        if self._instead is not None:
            name = clean(undated(self._instead.id))
            yield Static(Content(f"ctrl+t stops {name} after a checkpoint and trains this"), id="instead")

    def chosen(self, words: str, keep: str) -> tuple[Field, ...]:
        """Everything, or only what differs from the defaults."""
        return form_rows.chosen(self.draft, words, said_only=self._said_only, keep=keep)

    def on_field_panel_done(self) -> None:
        """On to the next setting; what is not accepted holds one back."""
        self.take()
        field = self.current()
        if field is not None and not field.problem:
            self.action_move(1)

    def action_differing(self) -> None:
        """Show only what differs from the defaults, or everything again."""
        self._said_only = not self._said_only
        self.relist()

    def action_train(self) -> None:
        """Train it as it is now."""
        if (preset := self._preset()) is None:
            return
        try:
            start.check(preset)
        except PresetError as error:
            self.show(error.key)
            self.notify(told(error), severity="error")
            return
        self.post_message(TrainPreset(self._called, preset))

    def action_save(self) -> None:
        """Save it as a preset of one's own."""
        if (preset := self._preset()) is not None:
            name = self._called if self._rewritable else own.free_name(self._called)
            self.app.push_screen(NameScreen(preset, name), self._saved)

    def action_back(self) -> None:
        """Leave; with changes that were not saved, ask first."""
        if self.forgets_words():
            return
        self.take()

        def act(answer: str | None) -> None:
            if answer == SAVE.word:
                self.action_save()
            elif answer == LEAVE.word:
                self.leave(None)

        if self.unsaved:
            self.app.push_screen(ChoiceScreen(f"Leave {self._called}? {self.count()}.", (SAVE, LEAVE)), act)
        else:
            self.leave(None)

    def show(self, key: str) -> None:
        """Put the cursor on a setting, which may be left out."""
        if key and key not in (field.key for field in self.chosen("", "")):
            self._said_only = False
        super().show(key)

    def _preset(self) -> Preset | None:
        """The preset; None, with the cursor there, where something in it is not accepted."""
        assert isinstance(self.draft, Draft)
        return self.draft.preset() if self.accepted() else None

    def _saved(self, name: str | None) -> None:
        if name is not None:
            self.notify(f"Saved: {name} is among your own.")
            self.leave(name)
