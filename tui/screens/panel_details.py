"""Everything behind a panel: its measures explained, their histories, the alarms, and what to try."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label

from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.presets.preset_error import PresetError
from latentop.presets.watch import DEFAULTS, Watch
from latentop.tui.model.plain_text import clean
from latentop.tui.model.state import State
from latentop.tui.runs.current_preset import watch_of
from latentop.tui.screens.dialogue import Dialogue
from latentop.tui.widgets.explanation import Explanation
from latentop.tui.widgets.panel import Panel


def details_of(panel: object, run: RunFolder) -> "DetailsScreen | None":
    """The details of a panel of this run; None of what has none."""
    if not isinstance(panel, Panel):
        return None
    watch, trouble = thresholds(run, panel.state.facts)
    return DetailsScreen(panel, watch, trouble) if panel.explain(panel.state, watch) else None


def thresholds(run: RunFolder, facts: RunFacts) -> tuple[Watch, str]:
    """The thresholds of the run as they are now; where these can't be read the defaults, and why."""
    try:
        return watch_of(run, facts), ""
    except (LatentopError, PresetError) as error:
        reason = error.message
    return DEFAULTS, f"thresholds are the defaults, for the run's own can't be read: {reason}"


class DetailsScreen(Dialogue[None]):
    """Scrolled with the arrow keys; it follows the panel that it explains."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,enter", "dismiss(None)", "close", show=False)]

    def __init__(self, panel: Panel, watch: Watch, trouble: str = "") -> None:
        super().__init__()
        self._panel = panel
        self._trouble = trouble
        self._page = Explanation(panel, watch)

    def compose(self) -> ComposeResult:
        """The panel's title, the explanation, and how to leave."""
        with Vertical(id="dialogue", classes="details"):
            title, _, _keys = str(self._panel.border_title or "").partition(" · ")
            yield Label(Content(clean(title)), classes="question")
            with VerticalScroll():
                yield self._page
            if self._trouble:
                yield Label(Content(clean(self._trouble)), id="wrong")
            yield Label("arrows scroll, esc closes", classes="hint")

    def on_mount(self) -> None:
        """Show what the panel shows, and whatever it shows from now on."""

        def follow(state: State) -> None:
            self._page.state = state

        self.watch(self._panel, "state", follow)
