"""The themes: the one under the cursor is on the screen already, enter keeps it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from latentop.tui import themes
from latentop.tui.link.terminal import Terminal
from latentop.tui.screens.dialogue import Dialogue
from latentop.tui.widgets.options import Options


class ThemesScreen(Dialogue[str]):
    """Returns the theme's name. Stands aside, so that the rest shows what it looks like."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._names = themes.offered(terminal)

    def compose(self) -> ComposeResult:
        """The names, those for the colour-blind first."""
        with Vertical(id="dialogue"):
            yield Label("Colours", classes="question")
            yield Options(*(Option(name, id=name) for name in self._names))
            yield Label("enter keeps, esc doesn't", classes="hint")

    def on_mount(self) -> None:
        """Begin at the theme that there is."""
        if self.app.theme in self._names:
            self.query_one(Options).highlighted = self._names.index(self.app.theme)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show it."""
        self.app.theme = self._names[event.option_index]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Keep it."""
        self.dismiss(self._names[event.option_index])
