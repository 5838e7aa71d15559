"""A preset as a form: every setting with its meaning, checked while it is typed, then trained or saved."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from engine.run.folder import RunFolder
from presets import draft, own
from presets.catalogue import PresetError
from presets.fields import Field
from presets.schema import Preset
from tui import fields, keys
from tui.messages import TrainPreset
from tui.naming import undated
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.name import NameScreen
from tui.screens.pick import PickScreen
from tui.screens.place import PlaceScreen
from tui.terminal import Terminal
from tui.widgets.field import ChosenValue, FieldPanel
from tui.widgets.find import FindLine
from tui.widgets.keyline import KeyLine
from tui.widgets.settings import SettingsList
from tui.wording import clean

SAVE = Choice(key="s", word="save", does="as a preset of your own")
LEAVE = Choice(key="l", word="leave", does="what was changed is forgotten")


class FormScreen(PlaceScreen[str | None]):
    """Returns the name of the own preset that it was saved as, or None.

    The cursor is in the list of settings, the keyboard in the field beside it, so that up and down move and
    everything else types.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("form"),
        Binding("up", "move(-1)", "setting above", show=False),
        Binding("down", "move(1)", "setting below", show=False),
        Binding("pageup", "move(-10)", "settings above", show=False),
        Binding("pagedown", "move(10)", "settings below", show=False),
        Binding("slash", "find(True)", "find", show=False, priority=True),
    ]

    def __init__(
        self, terminal: Terminal, name: str, preset: Preset, *, rewritable: bool, instead: RunFolder | None
    ) -> None:
        super().__init__()
        self._terminal = terminal
        self._called = name
        self._rewritable = rewritable
        self._instead = instead
        self._draft = draft.begun(preset)
        self._said_only = False
        self._fields: tuple[Field, ...] = ()

    def compose(self) -> ComposeResult:
        """The list of settings; beside or below it all about one of them."""
        yield Static(id="heading")
        if self._instead is not None:
            name = clean(undated(self._instead.id))
            yield Static(Content(f"ctrl+t stops {name} after a checkpoint and trains this"), id="instead")
        yield FindLine("words of a setting or its meaning; enter keeps, esc forgets")
        with Container(id="form"):
            yield SettingsList()
            yield FieldPanel()
        yield KeyLine(self._terminal, "form")

    def on_mount(self) -> None:
        """Begin with the first setting."""
        self._list()

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self.call_after_refresh(self._list)

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        return bool(self._draft.changed)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash finds, except where it can be part of what is typed."""
        if action != "find" or not parameters:
            return True
        field = self._current() if self.is_mounted else None
        return not (self.query_one(FindLine).typed_in or (field is not None and field.prose))

    def on_option_list_option_highlighted(self) -> None:
        """Tell all about the setting under the cursor; one may be typing in it already."""
        if self.query_one(SettingsList).key != self.query_one(FieldPanel).key:
            self._tell()

    def on_option_list_option_selected(self) -> None:
        """A click: on with the keyboard."""
        self.query_one(FieldPanel).take_keys()

    def on_field_panel_typed(self) -> None:
        """Say at once what is wrong with what is typed."""
        self._take()

    def on_field_panel_done(self) -> None:
        """On to the next setting; what is not accepted holds one back."""
        self._take()
        field = self._current()
        if field is not None and not field.problem:
            self.action_move(1)

    def on_chosen_value_opened(self, message: ChosenValue.Opened) -> None:
        """List what the setting can be."""
        field = self._current()
        if field is None or not self.is_active:
            return  # it is open already: keys pressed in haste ask for it more than once

        def act(value: str | None) -> None:
            if value is not None:
                self._change(self._draft.put(field.key, value))

        self.app.push_screen(PickScreen(field, message.letters, ascii=self._terminal.ascii), act)

    def on_find_line_changed(self) -> None:
        """Show what has these words."""
        self._list()

    def on_find_line_left(self) -> None:
        """Back to the field."""
        self.query_one(FieldPanel).take_keys()

    def action_move(self, by: int) -> None:
        """To a setting above or below."""
        self._take()
        self.query_one(SettingsList).move(by)
        self._tell()  # at once: the next key may type

    def action_find(self, typed: bool = False) -> None:
        """Find settings by their words."""
        self.query_one(FindLine).open()

    def action_differing(self) -> None:
        """Show only what differs from the defaults, or everything again."""
        self._said_only = not self._said_only
        self._list()

    def action_reset(self) -> None:
        """Take one change back."""
        self._take()
        field = self._current()
        if field is not None:
            self._change(self._draft.reset(field.key))

    def action_train(self) -> None:
        """Train it as it is now."""
        if (preset := self._accepted()) is not None:
            self.post_message(TrainPreset(self._called, preset))

    def action_save(self) -> None:
        """Save it as a preset of one's own."""
        if (preset := self._accepted()) is not None:
            name = self._called if self._rewritable else own.free_name(self._called)
            self.app.push_screen(NameScreen(preset, name), self._saved)

    def action_back(self) -> None:
        """Leave; with changes that were not saved, ask first."""
        if self.query_one(FindLine).words:
            self.query_one(FindLine).action_forget()
            return
        self._take()

        def act(answer: str | None) -> None:
            if answer == SAVE.word:
                self.action_save()
            elif answer == LEAVE.word:
                self._leave(None)

        if self.unsaved:
            self.app.push_screen(ChoiceScreen(f"Leave {self._called}? {self._count()}.", (SAVE, LEAVE)), act)
        else:
            self._leave(None)

    def _saved(self, name: str | None) -> None:
        if name is not None:
            self.notify(f"Saved: {name} is among your own.", markup=False)
            self._leave(name)

    def _leave(self, name: str | None) -> None:
        if self.is_active:  # keys come fast, and a screen leaves once
            self.dismiss(name)

    def _accepted(self) -> Preset | None:
        """The preset; where something in it is not accepted, the cursor goes there."""
        self._take()
        try:
            return self._draft.preset()
        except PresetError as error:
            self._show(error.key)
            self.notify(clean(_told(error)), severity="error", markup=False)
        return None

    def _show(self, key: str) -> None:
        """Put the cursor on a setting, which may be out of sight."""
        if key and key not in (field.key for field in self._fields):
            self.query_one(FindLine).action_forget()
            self._said_only = False
        self._list(key)

    def _current(self) -> Field | None:
        key = self.query_one(SettingsList).key
        return next((field for field in self._fields if field.key == key), None)

    def _count(self) -> str:
        number = len(self._draft.changed)
        return f"{number} setting{'' if number == 1 else 's'} changed" if number else "nothing changed"

    def _take(self) -> None:
        """Take in what stands in the field: a key may arrive before the news of what was typed before it."""
        panel = self.query_one(FieldPanel)
        field = next((field for field in self._draft.fields if field.key == panel.key), None)
        if field is not None and not field.alternatives and panel.text != fields.typed(field):
            self._change(self._draft.put(field.key, panel.text), typing=True)

    def _change(self, changed: draft.Draft, *, typing: bool = False) -> None:
        self._draft = changed
        self._list(typing=typing)

    def _list(self, key: str = "", *, typing: bool = False) -> None:
        """Bring the rows up to date, the cursor where it was or on that setting, which stays while typing."""
        if not self.furnished:
            return
        shown = self.query_one(SettingsList)
        words, key = self.query_one(FindLine).words, key or shown.key
        keep = key if typing else ""
        self._fields = fields.chosen(self._draft, words, said_only=self._said_only, keep=keep)
        ascii = self._terminal.ascii
        shown.show(list(fields.rows(self._draft, self._fields, shown.columns, ascii=ascii)), key)
        self._tell(typing=typing)

    def _tell(self, *, typing: bool = False) -> None:
        """All about the setting under the cursor, and how many were changed."""
        what = " · only what differs" if self._said_only else ""
        heading = f"  edit {self._called} · {self._count()}{what}"
        ascii = self._terminal.ascii
        self.query_one("#heading", Static).update(
            Content.assemble((" latentop ", "bold"), clean(heading, ascii=ascii))
        )
        panel, field = self.query_one(FieldPanel), self._current()
        panel.display = field is not None
        if field is None:
            panel.key = ""  # what is typed now is for none
            return
        panel.tell(field, fields.about(self._draft, field, ascii=ascii), self._wrong(field))
        if not typing:
            panel.fill(field)
            if not self.query_one(FindLine).typed_in:
                panel.take_keys()

    def _wrong(self, field: Field) -> str:
        if field.problem:
            return field.problem
        try:
            self._draft.preset()
        except PresetError as error:
            return _told(error) if error.key != field.key else ""
        return ""


def _told(error: PresetError) -> str:
    return f"{error.message}; {error.hint}"
