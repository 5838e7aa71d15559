"""What can be trained: each preset with what it shows, what to look for, its source and its settings."""

from collections.abc import Iterator
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.run.folder import RunFolder
from presets import own
from presets.catalogue import YOURS, PresetError
from tui import keys
from tui.messages import TrainPreset
from tui.naming import undated
from tui.screens.about import about
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.form import FormScreen
from tui.screens.place import PlaceScreen
from tui.shelf import Shelved, matching, place_of, shelf
from tui.terminal import Terminal
from tui.widgets.find import FindLine
from tui.widgets.keyline import KeyLine
from tui.wording import clean

GROUPS = {
    "gans": "GANs",
    "autoencoders": "autoencoders",
    "failures": "failures to see once",
    YOURS: "your own",
}
FIRST = "dcgan"
"""Where the cursor is at first."""


class PresetList(OptionList):
    """The list; its page keys turn the details beside it, which are what has pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "screen.turn(-1)", "details up", show=False),
        Binding("pagedown", "screen.turn(1)", "details down", show=False),
    ]


class PresetsScreen(PlaceScreen[None]):
    """A list by group and, beside it, all about the one under the cursor. Enter trains it.

    ``instead`` is the run in training that the chosen one takes the place of, where there is one.
    """

    AUTO_FOCUS = "PresetList"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("presets")]

    def __init__(self, terminal: Terminal, *, back: bool = True, instead: RunFolder | None = None) -> None:
        super().__init__()
        self._terminal = terminal
        self._back = back
        self._instead = instead
        self._shelf: tuple[Shelved, ...] = shelf()
        self._shown: tuple[Shelved, ...] = self._shelf

    def compose(self) -> ComposeResult:
        """List and details side by side."""
        yield Static(Text.assemble((" latentop ", "bold"), "  what shall be trained?"), id="heading")
        if self._instead is not None:
            name = clean(undated(self._instead.id))
            yield Static(
                Content(f"enter stops {name} after a checkpoint and trains this; b trains both"), id="instead"
            )
        yield FindLine("words of a name, a title or a description; enter keeps, esc forgets")
        with Horizontal(id="shelf"):
            yield PresetList(id="presets")
            with VerticalScroll(id="details"):
                yield Static(id="about")
        yield KeyLine(self._terminal, "presets")

    def on_mount(self) -> None:
        """Put the cursor where a newcomer does well to begin."""
        self._fill(FIRST)

    def on_option_list_option_highlighted(self) -> None:
        """Tell all about the preset under the cursor."""
        self._tell()

    def on_option_list_option_selected(self) -> None:
        """Ask for the preset to be trained."""
        self._train(beside=False)

    def on_find_line_changed(self, message: FindLine.Changed) -> None:
        """Show what has these words, the cursor on what fits best; all again, and it stays where it was."""
        one = None if message.words else self._current()
        self._shown = matching(self._shelf, message.words)
        self._fill(one.entry.name if one else FIRST, one.entry.group if one else "", best=bool(message.words))

    def on_find_line_left(self) -> None:
        """Back to the list."""
        self.query_one(PresetList).focus()

    def action_find(self) -> None:
        """Find presets by their words."""
        self.query_one(FindLine).open()

    def action_turn(self, pages: int) -> None:
        """Turn the pages of the details."""
        details = self.query_one("#details")
        details.scroll_relative(y=pages * max(1, details.size.height - 2), animate=False)

    def action_back(self) -> None:
        """Show all presets again, or go back."""
        if self.query_one(FindLine).words:
            self.query_one(FindLine).action_forget()
        elif self._back:
            self.app.call_next(self.app.run_action, "app.return")

    def action_both(self) -> None:
        """Train the preset beside the run that trains already."""
        if self._instead is not None:
            self._train(beside=True)

    def action_edit(self) -> None:
        """Change settings before training."""

        def act(name: str | None) -> None:
            if name is not None:
                self._restock(name, YOURS)

        one = self._current()
        if one is None:
            return
        if one.preset is None:
            self._refuse(one, "edited")
            return
        form = FormScreen(
            self._terminal, one.entry.name, one.preset, rewritable=one.rewritable, instead=self._instead
        )
        self.app.push_screen(form, act)

    def action_delete(self) -> None:
        """Throw a preset of one's own away, if that is meant."""
        one = self._current()
        if one is None or not one.own:
            return
        place = self._shown.index(one)

        def act(answer: str | None) -> None:
            if answer is None:
                return
            try:
                own.delete(one.entry)
            except PresetError as error:
                self.notify(f"{error.message}; {error.hint}", severity="error")
            self._shelf = shelf()
            self._shown = matching(self._shelf, self.query_one(FindLine).words)
            near = self._shown[min(place, len(self._shown) - 1)].entry if self._shown else one.entry
            self._fill(near.name, near.group)

        gone = Choice(key="d", word="delete", does=f"{one.entry.path} goes; runs of it keep their own copy")
        self.app.push_screen(ChoiceScreen(f"Delete your preset {one.entry.name}?", (gone,)), act)

    def _train(self, *, beside: bool) -> None:
        one = self._current()
        if one is None:
            return
        if one.preset is None:
            self._refuse(one, "trained")
        else:
            self.post_message(TrainPreset(one.entry.name, one.preset, beside=beside))

    def _refuse(self, one: Shelved, done: str) -> None:
        assert one.error is not None
        where = f"{place_of(one)}: {one.error.message.removeprefix(f'{one.entry.path}: ')}. {one.error.hint}"
        text = f"{one.entry.name} can't be {done} before its mistake is mended: {where}"
        self.notify(text, severity="error")

    def _current(self) -> Shelved | None:
        option = self.query_one(PresetList).highlighted_option
        place = (option.id or "") if option is not None else ""
        return self._shown[int(place.removeprefix("preset-"))] if place else None

    def _restock(self, name: str, group: str) -> None:
        """Read all presets again, and put the cursor on that one."""
        self._shelf = shelf()
        self._shown = matching(self._shelf, self.query_one(FindLine).words)
        if not any(one.entry.name == name for one in self._shown):
            self.query_one(FindLine).action_forget()
            self._shown = self._shelf
        self._fill(name, group)

    def _fill(self, name: str, group: str = "", *, best: bool = False) -> None:
        """List what is shown, the cursor on the preset of that name, in that group if there are two.

        ``best``: on the first, whatever its name.
        """
        if not self.furnished:
            return
        shown = self.query_one(PresetList)
        shown.set_options(self._options())
        places = [place for place, one in enumerate(self._shown) if one.entry.name == name and not best]
        places.sort(key=lambda place: self._shown[place].entry.group != group)
        if places or self._shown:
            shown.highlighted = shown.get_option_index(f"preset-{places[0] if places else 0}")
        self._tell()

    def _tell(self) -> None:
        one = self._current()
        if one is None:
            self.query_one("#about", Static).update(Content("No preset has all of these words."))
        else:
            shipped = any(other.entry.name == one.entry.name and not other.own for other in self._shelf)
            text = about(one, hides=one.own and shipped, ascii=self._terminal.ascii)
            self.query_one("#about", Static).update(text)
        self.query_one("#details").scroll_home(animate=False)
        self.query_one(KeyLine).labels = {
            **({} if one is not None and one.own else {"delete": ""}),
            **({} if self._instead is not None else {"both": ""}),
            **({} if self._back else {"back": ""}),
        }

    def _options(self) -> Iterator[Option]:
        group = ""
        whole = len(self._shown) == len(self._shelf)  # what is found is in order of its fitness
        for place, one in enumerate(self._shown):
            if whole and one.entry.group != group:
                group = one.entry.group
                yield _heading(group)
            mark = "! " if one.preset is None else "  "
            yield Option(Content(f"{mark}{clean(one.entry.name)}"), id=f"preset-{place}")
        if whole and group != YOURS:
            yield _heading(YOURS)
            yield Option(Content.styled("  none yet: e makes one", "$foreground 60%"), disabled=True)


def _heading(group: str) -> Option:
    return Option(Content.styled(GROUPS.get(group, clean(group)), "bold $text-accent"), disabled=True)
