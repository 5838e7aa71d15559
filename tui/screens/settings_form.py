"""What every form does: a list of settings, and beside it all about one, checked while it is typed."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from latentop.presets.draft import Edited
from latentop.presets.fields import Field
from latentop.presets.preset_error import PresetError
from latentop.tui.keys import Place
from latentop.tui.link.screen import Result, SteadyScreen
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import form_rows
from latentop.tui.model.form_rows import FormRow
from latentop.tui.model.plain_text import clean
from latentop.tui.screens.pick import PickScreen
from latentop.tui.widgets.field import ChosenValue, FieldPanel
from latentop.tui.widgets.find import FindLine
from latentop.tui.widgets.keyline import KeyLine
from latentop.tui.widgets.settings_list import SettingsList


class SettingsForm(SteadyScreen[Result], Generic[Result]):
    """The cursor is in the list of settings, the keyboard in the field beside it, so that up and down move
    and everything else types.
    """

    PLACE: ClassVar[Place] = "form"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "setting above", show=False),
        Binding("down", "move(1)", "setting below", show=False),
        Binding("pageup", "move(-10)", "settings above", show=False),
        Binding("pagedown", "move(10)", "settings below", show=False),
        Binding("slash", "find(True)", "find", show=False, priority=True),
    ]

    def __init__(self, terminal: Terminal, draft: Edited) -> None:
        super().__init__()
        self.terminal = terminal
        self.draft = draft
        self.begins_at = ""
        """The key of the setting under the cursor at first; the first one where that is empty."""
        self._fields: tuple[Field, ...] = ()

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        self.take()
        return bool(self.draft.changed)

    @abstractmethod
    def heading(self) -> str:
        """What is filled in here, after the name of the program."""

    @abstractmethod
    def action_back(self) -> None:
        """Leave; where something would be lost, ask first."""

    def above(self) -> Iterator[Widget]:
        """What stands between the heading and the form: nothing, unless there is something to say."""
        yield from ()

    def chosen(self, words: str, keep: str) -> tuple[Field, ...]:
        """The fields to list: those that hold all the words, and in any case the one of key ``keep``."""
        return form_rows.chosen(self.draft, words, said_only=False, keep=keep)

    def rows(self, shown: tuple[Field, ...], width: int) -> Iterator[FormRow]:
        """The lines of the list."""
        return form_rows.rows(self.draft, shown, width)

    def about(self, field: Field) -> Content:
        """All about a field."""
        return form_rows.about(self.draft, field)

    def compose(self) -> ComposeResult:
        """The list of settings; beside or below it all about one of them."""
        yield Static(id="heading")
        yield from self.above()
        yield FindLine("words of a setting or its meaning; enter keeps, esc forgets")
        with Container(id="form"):
            yield SettingsList()
            yield FieldPanel()
        yield KeyLine(self.terminal, self.PLACE)

    def on_mount(self) -> None:
        """Begin with the setting that is wanted."""
        self.relist(self.begins_at)

    def on_settings_list_widened(self) -> None:
        """Lay the rows out for the new width; one may be typing already."""
        self.relist(typing=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A slash finds, except where it can be part of what is typed."""
        if action != "find" or not parameters:
            return True
        field = self.current() if self.is_mounted else None
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
        self.take()

    def on_chosen_value_opened(self, message: ChosenValue.Opened) -> None:
        """List what the setting can be."""
        field = self.current()
        if field is None or not field.alternatives or not self.is_active:
            return  # keys pressed in haste ask for it more than once, or have gone on to another setting

        def act(value: str | None) -> None:
            if value is not None:
                self._change(self.draft.put(field.key, value))

        self.app.push_screen(PickScreen(field, message.letters), act)

    def on_find_line_changed(self) -> None:
        """Show what has these words."""
        self.relist()

    def on_find_line_left(self) -> None:
        """Back to the field."""
        self.query_one(FieldPanel).take_keys()

    def action_move(self, by: int) -> None:
        """To a setting above or below."""
        self.take()
        self.query_one(SettingsList).move(by)
        self._tell()  # at once: the next key may type

    def action_find(self, typed: bool = False) -> None:
        """Find settings by their words."""
        self.query_one(FindLine).open()

    def action_reset(self) -> None:
        """Take one change back."""
        self.take()
        field = self.current()
        if field is not None:
            self._change(self.draft.reset(field.key))

    def forgets_words(self) -> bool:
        """Whether there were words to forget, so that everything is listed again."""
        had = bool(self.query_one(FindLine).words)
        if had:
            self.query_one(FindLine).action_forget()
        return had

    def leave(self, result: Result | None) -> None:
        """Return the result, once: keys come fast."""
        if self.is_active:
            self.dismiss(result)

    def accepted(self) -> bool:
        """Whether all is accepted; where something is not, the cursor goes there."""
        self.take()
        try:
            self.draft.check()
        except PresetError as error:
            self.show(error.key)
            self.notify(told(error), severity="error")
            return False
        return True

    def show(self, key: str) -> None:
        """Put the cursor on a setting, which may be out of sight."""
        if key and key not in (field.key for field in self._fields):
            self.query_one(FindLine).action_forget()
        self.relist(key)

    def current(self) -> Field | None:
        """The field under the cursor."""
        key = self.query_one(SettingsList).key
        return next((field for field in self._fields if field.key == key), None)

    def count(self) -> str:
        """How many settings were changed."""
        number = len(self.draft.changed)
        return f"{number} setting{'' if number == 1 else 's'} changed" if number else "nothing changed"

    def take(self) -> None:
        """Take in what stands in the field: a key may arrive before the news of what was typed before it."""
        panel = self.query_one(FieldPanel)
        field = next((field for field in self.draft.fields if field.key == panel.key), None)
        if field is not None and not field.alternatives and panel.text != form_rows.typed(field):
            self._change(self.draft.put(field.key, panel.text), typing=True)

    def relist(self, key: str = "", *, typing: bool = False) -> None:
        """Bring the rows up to date, the cursor where it was or on that setting, which stays while typing."""
        if not self.furnished:
            return
        shown = self.query_one(SettingsList)
        words, key = self.query_one(FindLine).words, key or shown.key
        self._fields = self.chosen(words, key if typing else "")
        shown.show([*self.rows(self._fields, shown.columns)], key)
        self._tell(typing=typing)

    def wrong(self, field: Field) -> str:
        """What is wrong with the field, or with the whole while it is as it is."""
        if field.problem:
            return field.problem
        try:
            self.draft.check()
        except PresetError as error:
            return told(error) if error.key != field.key else ""
        return ""

    def _change(self, changed: Edited, *, typing: bool = False) -> None:
        self.draft = changed
        self.relist(typing=typing)

    def _tell(self, *, typing: bool = False) -> None:
        """All about the setting under the cursor, and how many were changed."""
        self.query_one("#heading", Static).update(
            Content.assemble((" latentop ", "bold"), clean(f"  {self.heading()}"))
        )
        panel, field = self.query_one(FieldPanel), self.current()
        panel.display = field is not None
        if field is None:
            panel.key = ""  # what is typed now is for none
            return
        panel.tell(field, self.about(field), self.wrong(field))
        if not typing:
            panel.fill(field)
            if not self.query_one(FindLine).typed_in:
                panel.take_keys()


def told(error: PresetError) -> str:
    """A mistake in a line."""
    return f"{error.message}; {error.hint}" if error.hint else error.message
