"""A preset as a form: every setting with its meaning, checked while it is typed, then trained or saved."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from engine.run.folder import RunFolder
from presets import draft
from presets.catalogue import PresetError
from presets.fields import Field
from presets.schema import Preset
from tui import fields, keys
from tui.messages import TrainPreset
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.name import NameScreen
from tui.screens.pick import PickScreen
from tui.terminal import Terminal
from tui.widgets.find import FindLine
from tui.widgets.keyline import KeyLine
from tui.widgets.value import ChosenValue
from tui.wording import clean, setting

SAVE = Choice(key="s", word="save", does="as a preset of your own")
LEAVE = Choice(key="l", word="leave", does="what was changed is forgotten")


class FormScreen(Screen[str | None]):
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
        Binding("slash", "slash", "find", show=False, priority=True),
    ]

    def __init__(
        self, terminal: Terminal, name: str, preset: Preset, *, own: bool, instead: RunFolder | None
    ) -> None:
        super().__init__()
        self._terminal = terminal
        self._called = name
        self._own = own
        self._instead = instead
        self._draft = draft.begun(preset)
        self._said_only = False
        self._fields: tuple[Field, ...] = ()
        self._rows: list[fields.Row] = []

    def compose(self) -> ComposeResult:
        """The list of settings; beside or below it all about one of them."""
        yield Static(id="heading")
        if self._instead is not None:
            name = clean(self._instead.id)
            yield Static(Content(f"ctrl+t stops {name} after a checkpoint and trains this"), id="instead")
        yield FindLine("words of a setting or its meaning; enter keeps, esc forgets")
        with Container(id="form"):
            yield OptionList(id="settings")
            with Vertical(id="field"):
                yield Label("", id="key")
                yield Input(id="value", compact=True)
                yield ChosenValue(id="chosen")
                yield Label("", id="wrong")
                with VerticalScroll(can_focus=False):
                    yield Static(id="meaning")
        yield KeyLine(self._terminal, "form")

    def on_mount(self) -> None:
        """Begin with the first setting."""
        self.query_one(OptionList).can_focus = False
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
        if action != "slash":
            return True
        field = self._current() if self.is_mounted else None
        return not (self.query_one(FindLine).typed_in or (field is not None and field.prose))

    def on_option_list_option_highlighted(self) -> None:
        """Tell all about the setting under the cursor."""
        self._tell()

    def on_option_list_option_selected(self) -> None:
        """A click: the keyboard goes to the field."""
        self._focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take in what is typed, and say at once what is wrong with it."""
        field = self._current()
        if field is not None and event.input.id == "value" and event.value != fields.typed(field):
            self._change(self._draft.put(field.key, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the next setting."""
        field = self._current()
        if field is not None and not field.problem:
            self.action_move(1)

    def on_chosen_value_opened(self, message: ChosenValue.Opened) -> None:
        """List what the setting can be."""
        field = self._current()
        if field is None:
            return

        def act(value: str | None) -> None:
            if value is not None:
                self._change(self._draft.put(field.key, value))

        picker = PickScreen(
            field.key, field.alternatives, setting(field.value), message.letters, self._terminal.ascii
        )
        self.app.push_screen(picker, act)

    def on_find_line_changed(self) -> None:
        """Show what has these words."""
        self._list()

    def on_find_line_left(self) -> None:
        """Back to the field."""
        self._focus()

    def action_move(self, by: int) -> None:
        """To a setting above or below."""
        places = [place for place, row in enumerate(self._rows) if row.key]
        shown = self.query_one(OptionList)
        if places:
            now = places.index(shown.highlighted) if shown.highlighted in places else 0
            shown.highlighted = places[max(0, min(len(places) - 1, now + by))]

    def action_slash(self) -> None:
        """Find settings by their words."""
        self.action_find()

    def action_find(self) -> None:
        """Find settings by their words."""
        self.query_one(FindLine).open()

    def action_differing(self) -> None:
        """Show only what differs from the defaults, or everything again."""
        self._said_only = not self._said_only
        self._list()

    def action_reset(self) -> None:
        """Take one change back."""
        field = self._current()
        if field is not None:
            self._change(self._draft.reset(field.key), anew=True)

    def action_train(self) -> None:
        """Train it as it is now."""
        if (preset := self._accepted()) is not None:
            self.post_message(TrainPreset(self._called, preset))

    def action_save(self) -> None:
        """Save it as a preset of one's own."""
        if (preset := self._accepted()) is not None:
            name = self._called if self._own else f"my-{self._called}"
            self.app.push_screen(NameScreen(preset, name), self._saved)

    def action_back(self) -> None:
        """Leave; with changes that were not saved, ask first."""
        if self.query_one(FindLine).words:
            self.query_one(FindLine).action_forget()
            return

        def act(answer: str | None) -> None:
            if answer == SAVE.word:
                self.action_save()
            elif answer == LEAVE.word:
                self.dismiss(None)

        if self.unsaved:
            self.app.push_screen(ChoiceScreen(f"Leave {self._called}? {self._count()}.", (SAVE, LEAVE)), act)
        else:
            self.dismiss(None)

    def _saved(self, name: str | None) -> None:
        if name is not None:
            self.notify(f"Saved: {name} is among your own.", markup=False)
            self.dismiss(name)

    def _accepted(self) -> Preset | None:
        """The preset; where something in it is not accepted, the cursor goes there."""
        try:
            return self._draft.preset()
        except PresetError as error:
            self._show(error.key)
            self.notify(clean(_told(error)), severity="error", markup=False)
        return None

    def _show(self, key: str) -> None:
        if key and key not in (row.key for row in self._rows):
            self.query_one(FindLine).action_forget()
            self._said_only = False
        self._list(key)

    def _current(self) -> Field | None:
        option = self.query_one(OptionList).highlighted_option
        return next((one for one in self._fields if option is not None and one.key == option.id), None)

    def _count(self) -> str:
        number = len(self._draft.changed)
        return f"{number} setting{'' if number == 1 else 's'} changed" if number else "nothing changed"

    def _change(self, changed: draft.Draft, *, anew: bool = False) -> None:
        """Take in another draft; the text in the field stays while it is typed."""
        field = self._current()
        self._draft = changed
        self._list(typing=not anew and field is not None and not field.alternatives)

    def _list(self, key: str = "", *, typing: bool = False) -> None:
        """Bring the rows up to date, the cursor where it was or on that setting."""
        field = self._current()
        key = key or (field.key if field is not None else "")
        shown = self.query_one(OptionList)
        words, keep = self.query_one(FindLine).words, key if typing else ""
        self._fields = fields.chosen(self._draft, words, said_only=self._said_only, keep=keep)
        width, before = max(40, shown.scrollable_content_region.width), self._rows
        self._rows = list(fields.rows(self._draft, self._fields, width, ascii=self._terminal.ascii))
        if [row.key for row in before] == [row.key for row in self._rows]:
            for place, (old, new) in enumerate(zip(before, self._rows, strict=True)):
                if old != new:
                    shown.replace_option_prompt_at_index(place, new.content)
        else:
            options = (Option(row.content, id=row.key or None, disabled=not row.key) for row in self._rows)
            shown.set_options(options)
            places = {row.key: place for place, row in enumerate(self._rows) if row.key}
            shown.highlighted = places.get(key, min(places.values(), default=None))
        self._tell(typing=typing)

    def _tell(self, *, typing: bool = False) -> None:
        """All about the setting under the cursor, and how many were changed."""
        what = " · only what differs" if self._said_only else ""
        heading = f"  edit {self._called} · {self._count()}{what}"
        self.query_one("#heading", Static).update(
            Content.assemble((" latentop ", "bold"), clean(heading, ascii=self._terminal.ascii))
        )
        field = self._current()
        self.query_one("#field").display = field is not None
        if field is None:
            return
        self.query_one("#key", Label).update(Content(clean(field.key)))
        self.query_one("#meaning", Static).update(
            fields.about(self._draft, field, ascii=self._terminal.ascii)
        )
        self.query_one("#wrong", Label).update(Content(clean(self._wrong(field), ascii=self._terminal.ascii)))
        if typing:
            return
        value, listed = self.query_one("#value", Input), self.query_one(ChosenValue)
        value.display, listed.display = not field.alternatives, bool(field.alternatives)
        with self.prevent(Input.Changed):
            value.value = fields.typed(field)
        listed.show(fields.typed(field))
        if not self.query_one(FindLine).typed_in:
            self._focus()

    def _focus(self) -> None:
        field = self._current()
        if field is not None and field.alternatives:
            self.query_one(ChosenValue).focus()
        else:
            self.query_one("#value", Input).focus().action_select_all()

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
