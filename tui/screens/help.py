"""The keys of every place, and how to read the screen; the keys come from their one table."""

import textwrap
from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from engine.run import series
from tui import keys, wording
from tui.keys import Key, Place
from tui.screens.dialogue import Dialogue

READING = (
    "coverage  share of real data with a sample near; low: lost modes",
    "density   how close samples are to real data; low: blur, noise",
    "distinct  how far similar samples are apart; low: they repeat",
    "modes     how many of the classes appear among the samples",
    "",
    "100 % is what real images reach, measured the same way; ± is how much that varies, and the shaded "
    "part of a bar. A tick is the alarm, an arrow the trend. Nothing is judged before the samples "
    "have been good once: early ones are bad, not collapsed.",
    "",
    "In a chart the line is the mean, the shade behind it reaches from the smallest to the largest "
    "value. A mark on the top edge is a value that was not a number; a small triangle at an edge, in "
    "ASCII ^ or v, is a rare value far beyond the axis, which keeps to the curve. n tells what is at the "
    "cursor, y draws all there is.",
    "",
    "Losses, scores and gradients jump from batch to batch. What is told of them, here and in lists, is a "
    f"{wording.RECENT}: that of the newest {series.RECENT_ROWS} rows. n tells the last values.",
    "",
    "Training goes on in a process of its own. Closing this screen, or losing the connection, does "
    "not touch it; latentop attach brings the screen back.",
)
LIST_READING = (
    "The trend is the course of the first of the newest values. Coverage goes from 0 to 100 %, so that a "
    "collapse looks like one; an error is drawn by its logarithm, since it falls by powers of ten. "
    f"The newest value of a loss is a {wording.RECENT}.",
    "",
    "A name is for people: folder and id stay as they are, and both find the run on the command line.",
)
COMPARE_READING = (
    "Runs that differ in the seed alone make one band, from the smallest of them to the largest, with their "
    "mean as its line; a fork, which has its parent's past, is no seed of it. Lines are means: noise is left "
    "out, lest one run hides another.",
    "",
    "In the table, * marks the best of a row, where one way is better. The newest value of what jumps from "
    f"batch to batch is a {wording.RECENT}.",
)
READINGS: dict[Place, tuple[str, ...]] = {
    "run": READING,
    "runs": LIST_READING,
    "compare": COMPARE_READING,
}
KEY_WIDTH = 9
ASIDE = 8
"""Columns that frame, padding and scroll bar take, and one that stays empty."""


class HelpScreen(Dialogue[None]):
    """The place that help was asked for comes first, the others follow; typing finds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "dismiss(None)", "close", show=False, priority=True),
        Binding("up", "scroll(-1)", "up", show=False, priority=True),
        Binding("down", "scroll(1)", "down", show=False, priority=True),
        Binding("pageup", "scroll(-10)", "page up", show=False, priority=True),
        Binding("pagedown", "scroll(10)", "page down", show=False, priority=True),
    ]

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._width = 0

    def compose(self) -> ComposeResult:
        """A field to search in, what was found, and how to leave."""
        with Vertical(id="dialogue", classes="long"):
            yield Input(placeholder="type to find a key", compact=True)
            with VerticalScroll(can_focus=False):
                likely = self.app.size.width * 9 // 10 - ASIDE  # what is right at once is laid out once
                yield Static(self._listing("", likely), id="listed")
            yield Label("up and down scroll, esc closes", classes="hint")

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        self.call_after_refresh(self._wrap)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what holds the words; a second question mark closes, as the first one opened."""
        if event.value == "?":
            self.dismiss(None)
            return
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_scroll(self, rows: int) -> None:
        """Move the text by some rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _wrap(self) -> None:
        if self.is_active and self._room() != self._width:
            self._show()

    def _room(self) -> int:
        return self.query_one(VerticalScroll).scrollable_content_region.width - 1

    def _show(self) -> None:
        if self.is_active:
            words = self.query_one(Input).value.lower()
            self.query_one("#listed", Static).update(self._listing(words, self._room()))

    def _listing(self, words: str, width: int) -> Content:
        """The sections, less what does not hold the words."""
        self._width = width
        parts = [part for title, listed in self._sections() for part in _listed(title, listed, words, width)]
        reading = [line for line in READINGS.get(self._place, ()) if words in line.lower()]
        if any(reading):
            parts.append(Content.assemble(("how to read the screen\n", "bold"), "\n".join(reading)))
        return Content.assemble(*parts) if parts else Content("Nothing is called so here.")

    def _sections(self) -> Iterator[tuple[str, tuple[Key, ...]]]:
        yield keys.PLACES[self._place], keys.only(self._place)
        yield "everywhere", keys.everywhere()
        for place, title in keys.PLACES.items():
            if place != self._place:
                yield title, keys.only(place)


def _listed(title: str, listed: tuple[Key, ...], words: str, width: int) -> Iterator[Content]:
    found = [key for key in listed if words in f"{key.shown} {key.label} {key.does}".lower()]
    if found:
        yield Content.assemble((f"keys {title}\n", "bold"))
    for key in found:
        lines = textwrap.wrap(key.does, max(30, width) - KEY_WIDTH)
        does = f"\n{' ' * KEY_WIDTH}".join(lines)
        yield Content.assemble((f"{key.shown:<{KEY_WIDTH}}", "bold $text-accent"), f"{does}\n")
    if found:
        yield Content("\n")
