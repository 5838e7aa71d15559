"""Choose which series a chart shows, among all that the run has; typing filters them."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from latentop.tui.model import derived, mode_presence, plain_text, shown_table
from latentop.tui.model.shown_series import measured
from latentop.tui.model.state import State
from latentop.tui.screens.dialogue import Dialogue
from latentop.tui.widgets.options import Options

NONE_MATCHES = "nothing matches"
HINT = "enter shows the one under the cursor, or what tab marks; esc cancels"


class SeriesScreen(Dialogue[tuple[str, ...]]):
    """Returns the names that were chosen, at least one, or None where the question was waved away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "series above", show=False, priority=True),
        Binding("down", "move(1)", "series below", show=False, priority=True),
        Binding("tab", "mark", "mark", show=False, priority=True),
    ]

    def __init__(self, state: State, shown: Sequence[str]) -> None:
        super().__init__()
        self._state = state
        self._chosen = [name for name in shown if name in state.series]
        others = (name for name in derived.names(state) if name not in self._chosen)
        self._names = [*self._chosen, *others]
        self._titles = mode_presence.titles(state.facts, self._names)
        self._found = list(self._names)
        self._marked = False

    def compose(self) -> ComposeResult:
        """A field to filter with, and the series that match."""
        with Vertical(id="dialogue"):
            yield Label("Which series shall the chart show?", classes="question")
            yield Input(placeholder="type a part of the name", compact=True)
            yield Options(id="series")
            yield Label(HINT, classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Options).can_focus = False
        self.query_one(Input).focus()
        self._list("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what matches."""
        self._list(event.value.strip().lower())

    def on_input_submitted(self) -> None:
        """Show the series under the cursor; where the person marked any or took marks away, the marked."""
        place = self.query_one(Options).highlighted
        under = self._found[place : place + 1] if place is not None else []
        if chosen := tuple((self._marked and self._chosen) or under):
            self.dismiss(chosen)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Mark what was clicked."""
        self._toggle(event.option_index)
        self.query_one(Input).focus()

    def action_move(self, by: int) -> None:
        """Go to the series above or below."""
        shown = self.query_one(Options)
        if self._found:
            shown.highlighted = ((shown.highlighted or 0) + by) % len(self._found)

    def action_mark(self) -> None:
        """Mark the series under the cursor, or take its mark away."""
        place = self.query_one(Options).highlighted
        if place is not None:
            self._toggle(place)

    def _toggle(self, place: int) -> None:
        if place >= len(self._found):
            return
        name, self._marked = self._found[place], True
        if name in self._chosen:
            self._chosen.remove(name)
        else:
            self._chosen.append(name)
        self.query_one(Options).replace_option_prompt_at_index(place, self._line(name))

    def _list(self, part: str) -> None:
        shown = self.query_one(Options)
        self._found = [name for name in self._names if part in self._words(name)]
        shown.clear_options()
        if self._found:
            shown.add_options(Option(self._line(name)) for name in self._found)
            shown.highlighted = 0
        else:
            shown.add_option(Option(NONE_MATCHES, disabled=True))

    def _words(self, name: str) -> str:
        """All that a series can be found by: what it is called anywhere on the screen."""
        shown = shown_table.of(name)
        return " ".join((self._titles[name], name, shown.label, shown.short, shown.legend)).lower()

    def _line(self, name: str) -> Content:
        width = max(map(len, self._titles.values()))
        value = derived.typical(self._state, name)
        mark = "✓" if name in self._chosen else " "
        told = "" if value is None else measured(name, value, self._state.series)
        return Content(plain_text.clean(f"{mark} {self._titles[name]:<{width}}  {told}"))
