"""What can be trained: each preset with what it shows, what to look for, its source and its settings."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from presets import catalogue
from presets.catalogue import Entry, PresetError
from presets.schema import Preset
from tui import keys
from tui.terminal import Terminal
from tui.widgets.keyline import KeyLine
from tui.wording import clean, setting, spaced

GROUPS = {
    "gans": "GANs",
    "autoencoders": "autoencoders",
    "failures": "failures to see once",
    "yours": "your own",
}
FIRST = "dcgan"
"""Where the cursor is at first."""
TOLD_ELSEWHERE = ("kind", "title", "shows", "look_for", "source", "steps", "batch")


class PresetsScreen(Screen[None]):
    """A list by group and, beside it, all about the one under the cursor. Enter trains it."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("presets")]

    class Chosen(Message):
        """This preset shall be trained."""

        def __init__(self, name: str, preset: Preset) -> None:
            self.name = name
            self.preset = preset
            super().__init__()

    def __init__(self, terminal: Terminal, *, back: bool = True) -> None:
        super().__init__()
        self._terminal = terminal
        self._back = back
        self._entries = catalogue.entries()

    def compose(self) -> ComposeResult:
        """List and details side by side."""
        yield Static(Text.assemble((" latentop ", "bold"), "  what shall be trained?"), id="heading")
        with Horizontal(id="shelf"):
            yield OptionList(*self._options(), id="presets")
            with VerticalScroll(id="details"):
                yield Static(id="about")
        yield KeyLine(self._terminal, "presets", hidden=() if self._back else ("app.return",))

    def on_mount(self) -> None:
        """Put the cursor where a newcomer does well to begin."""
        shown = self.query_one("#presets", OptionList)
        shown.focus()
        names = [entry.name for entry in self._entries]
        shown.highlighted = shown.get_option_index(f"preset-{names.index(FIRST)}")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell all about the preset under the cursor."""
        entry = self._entry(event.option)
        self.query_one("#about", Static).update(_about(entry, self._terminal))
        self.query_one("#details").scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask for the preset to be trained; one with a mistake says so instead."""
        entry = self._entry(event.option)
        try:
            preset = catalogue.load(entry)
        except PresetError as error:
            self.notify(f"{error.message}. {error.hint}", severity="error", markup=False)
        else:
            self.post_message(self.Chosen(entry.name, preset))

    def _entry(self, option: Option) -> Entry:
        return self._entries[int((option.id or "").removeprefix("preset-"))]

    def _options(self) -> Iterator[Option]:
        group = ""
        for place, entry in enumerate(self._entries):
            if entry.group != group:
                group = entry.group
                yield Option(
                    Content.styled(GROUPS.get(group, clean(group)), "bold $text-accent"), disabled=True
                )
            yield Option(Content(f"  {clean(entry.name)}"), id=f"preset-{place}")


def _about(entry: Entry, terminal: Terminal) -> Content:
    try:
        preset = catalogue.load(entry)
    except PresetError as error:
        return Content.assemble(
            (f"{clean(entry.name)} has a mistake\n\n", "bold $text-error"),
            Content(f"{clean(error.message)}\n\n{clean(error.hint)}"),
        )
    ascii = terminal.ascii
    steps = spaced(preset.steps)
    parts: list[Content | tuple[str, str]] = [(f"{clean(preset.title, ascii=ascii)}\n\n", "bold")]
    for heading, text in (("shows", preset.shows), ("look for", preset.look_for), ("source", preset.source)):
        parts += [(f"{heading}\n", "bold $text-accent"), Content(f"{clean(text, ascii=ascii)}\n\n")]
    parts.append(("settings\n", "bold $text-accent"))
    parts.append(Content(f"{steps} steps of {preset.batch} images\n{_settings(preset, ascii)}"))
    return Content.assemble(*parts)


def _settings(preset: Preset, ascii: bool) -> str:
    """What the preset sets otherwise than by default, one setting a line."""
    shown = {
        key: value for key, value in _own(msgspec.to_builtins(preset), preset) if key not in TOLD_ELSEWHERE
    }
    width = max((len(key) for key in shown), default=0)
    return "\n".join(clean(f"{key:<{width}}  {setting(value)}", ascii=ascii) for key, value in shown.items())


def _own(
    table: Mapping[str, object], record: msgspec.Struct, prefix: str = ""
) -> Iterator[tuple[str, object]]:
    """Yield dotted key and value of each setting without a default, or with another value."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(record)}
    for key, value in table.items():
        inner = getattr(record, key, None)
        if isinstance(value, Mapping) and isinstance(inner, msgspec.Struct):
            yield from _own(value, inner, f"{prefix}{key}.")
        elif key not in defaults or inner != defaults[key]:
            yield f"{prefix}{key}", value
