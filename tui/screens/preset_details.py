"""All about the preset under the cursor: what one will see, how long it takes, and what it sets."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from latentop.presets.preview import Preview
from latentop.tui.link.terminal import Terminal
from latentop.tui.runs.preset_list import Shelved
from latentop.tui.runs.tried import Tried
from latentop.tui.screens import preset_rows
from latentop.tui.screens.about import about, title
from latentop.tui.widgets.preset_preview import PresetPreview

WORDS = 2
"""Rows in which it is said that there is no preview."""
HEIGHTS = ((50, 22), (32, 15), (20, 9), (0, 0))
"""From which height of the screen on the preview has how many rows."""


class PresetDetails(VerticalScroll):
    """Scrolled by the pages of the list; begins at its top for each preset."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(id="details")
        self._terminal = terminal
        self._told: Shelved | None = None
        self._rows = 0

    def compose(self) -> ComposeResult:
        """Its title, its preview, the rest."""
        yield Static(id="preset-title")
        yield PresetPreview(self._terminal)
        yield Static(id="about")

    def fit(self, height: int) -> None:
        """Give the preview the room that a screen so high has."""
        self._rows = next(rows for least, rows in HEIGHTS if height >= least)
        self.query_one(PresetPreview).display = self._rows > 0

    def tell(
        self,
        one: Shelved | None,
        *,
        hides: bool,
        known: Mapping[str, Tried],
        previews: Mapping[str, Preview] | None,
    ) -> None:
        """Tell all about one, or that there is none; ``previews`` is None before they are read.

        ``hides``: it is one's own, and stands before a shipped one of its name.
        """
        heading, words = self.query_one("#preset-title", Static), self.query_one("#about", Static)
        preview = self.query_one(PresetPreview)
        if one is None:
            heading.update(Content("No preset has all of these words."))
            words.update("")
            preview.show(None, "")
        else:
            takes = preset_rows.estimate(one, known, previews or {})
            heading.update(title(one, hides=hides))
            words.update(about(one, preset_rows.takes_text(one, takes, known)))
            seen = None if one.own else (previews or {}).get(one.entry.name)
            comes = previews is None or seen is not None
            why = "" if comes else preset_rows.no_preview(one)
            preview.show(seen, why)
            preview.styles.height = self._rows if comes else WORDS * bool(why)
        if one is not self._told:
            self._told = one
            self.scroll_home(animate=False)
