"""What can be trained: each preset with what one will see, how long that takes here, and what it sets."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static
from textual.widgets.option_list import Option

from latentop.engine.run.folder import RunFolder
from latentop.presets import own, preview
from latentop.presets.catalogue import YOURS
from latentop.presets.preset_error import PresetError
from latentop.presets.preview import Preview
from latentop.tui import keys
from latentop.tui.link.screen import SteadyScreen
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.plain_text import clean
from latentop.tui.runs.names import undated
from latentop.tui.runs.preset_list import Shelved, matching, place_of, shelf
from latentop.tui.runs.tried import BEGUN, ILL, WELL, Tried, tried
from latentop.tui.screens import preset_rows
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.form import FormScreen
from latentop.tui.screens.messages import TrainPreset
from latentop.tui.screens.preset_details import PresetDetails
from latentop.tui.widgets.find import FindLine
from latentop.tui.widgets.keyline import KeyLine
from latentop.tui.widgets.options import Options

GROUPS = {
    "gans": "GANs",
    "autoencoders": "autoencoders",
    "failures": "failures to see once",
    YOURS: "your own",
}
FIRST = "dcgan"
"""Where the cursor is at first."""
LEGEND = f"{WELL} trained and well   {ILL} ended badly   {BEGUN} begun"


class PresetList(Options):
    """The list; its page keys turn the details beside it, which are what has pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "screen.turn(-1)", "details up", show=False),
        Binding("pagedown", "screen.turn(1)", "details down", show=False),
    ]


class PresetsScreen(SteadyScreen[None]):
    """A list by group and, beside it, all about the one under the cursor. Enter trains it.

    ``runs`` is the folder of runs, which tell what was tried and how fast it is here. ``instead`` is the run
    in training that the chosen one takes the place of, where there is one.
    """

    AUTO_FOCUS = "PresetList"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("presets")]

    def __init__(
        self, runs: Path, terminal: Terminal, *, back: bool = True, instead: RunFolder | None = None
    ) -> None:
        super().__init__()
        self._runs = runs
        self._terminal = terminal
        self._back = back
        self._instead = instead
        self._shelf: tuple[Shelved, ...] = shelf()
        self._shown: tuple[Shelved, ...] = self._shelf
        self._tried: Mapping[str, Tried] = {}
        self._previews: Mapping[str, Preview] | None = None

    def compose(self) -> ComposeResult:
        """List and details side by side."""
        yield Static(id="heading")
        if self._instead is not None:
            name = clean(undated(self._instead.id))
            yield Static(
                Content(f"enter stops {name} after a checkpoint and trains this; b trains both"), id="instead"
            )
        yield FindLine("words of a name, a title or a description; enter keeps, esc forgets")
        with Horizontal(id="shelf"):
            yield PresetList(id="presets")
            yield PresetDetails(self._terminal)
        yield KeyLine(self._terminal, "presets")

    def on_mount(self) -> None:
        """Put the cursor where a newcomer does well to begin; look what was trained here before."""
        self._arrange()
        self._fill(FIRST)
        self.run_worker(self._look, thread=True)

    def on_resize(self, event: Resize) -> None:
        """Give list and preview the room that there is now."""
        if self.furnished:
            self._arrange()
            self._refill()

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
        details = self.query_one(PresetDetails)
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

    def _look(self) -> None:
        """In a thread: read the previews, and what the runs tell."""
        found = {one.entry.name: preview.of(one.entry.name) for one in self._shelf if not one.own}
        self._previews = {name: one for name, one in found.items() if one is not None}
        self._tried = tried(self._runs)
        self.call_later(self._refill)

    def _arrange(self) -> None:
        columns = preset_rows.width(self.size.width)
        self.query_one(PresetList).styles.width = columns
        self.query_one(PresetDetails).fit(self.size.height)
        count = f"   {len(self._shelf)} presets"
        legend = f"   {LEGEND}" if columns >= preset_rows.WIDE else ""
        words = Text.assemble((" latentop ", "bold"), f"  what shall be trained?{count}{legend}")
        self.query_one("#heading", Static).update(words)

    def _refill(self) -> None:
        """Show the same with what is known by now."""
        if self.furnished and (one := self._current()) is not None:
            self._fill(one.entry.name, one.entry.group)

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
        shipped = {other.entry.name for other in self._shelf if not other.own}
        self.query_one(PresetDetails).tell(
            one,
            hides=one is not None and one.own and one.entry.name in shipped,
            known=self._tried,
            previews=self._previews,
        )
        self.query_one(KeyLine).labels = {
            **({} if one is not None and one.own else {"delete": ""}),
            **({} if self._instead is not None else {"both": ""}),
            **({} if self._back else {"back": ""}),
        }

    def _options(self) -> Iterator[Option]:
        group, columns = "", preset_rows.width(self.size.width)
        whole = len(self._shown) == len(self._shelf)  # what is found is in order of its fitness
        for place, one in enumerate(self._shown):
            if whole and one.entry.group != group:
                group = one.entry.group
                yield _heading(group)
            takes = preset_rows.estimate(one, self._tried, self._previews or {})
            yield Option(preset_rows.row(one, self._tried, takes, columns), id=f"preset-{place}")
        if whole and group != YOURS:
            yield _heading(YOURS)
            yield Option(Content.styled("  none yet: e makes one", "$note"), disabled=True)


def _heading(group: str) -> Option:
    return Option(Content.styled(GROUPS.get(group, clean(group)), "bold $text-accent"), disabled=True)
