"""How to read the screen, its keys and its words; the keys come from their one table."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from latentop.engine.run import series
from latentop.tui import keys
from latentop.tui.keys import Key, Place
from latentop.tui.model import glossary, plain_text
from latentop.tui.screens.dialogue import Dialogue

RUN_READING = (
    "Row 1 is how far it is, of how much, and how long still. Row 2 is the verdict: what is the case, since "
    "when, what is lost, and the keys that help. That it waits, has ended or is looked back at stands there.",
    "coverage: share of real data with a sample near; low: modes are lost. density: how near samples are to "
    "real data; low: blur, noise. distinct: how unlike one another; low: they repeat. modes: how many kinds "
    "of data appear.",
    "100 % is what real data reach, measured the same way; ± is how much that varies, and the shaded part of "
    "a bar. The tick on a bar is the alarm, the arrow the trend; a grey bar is not judged. Early "
    "samples are bad, not collapsed: nothing is judged before they have been good once.",
    "In a chart the line is the mean, the shade behind it reaches from the smallest to the largest value. "
    "A mark on the top edge is a value that was not a number; a small triangle, in ASCII ^ or v, a rare "
    "value far beyond the axis. n tells all values at the cursor, y draws a logarithmic axis.",
    "Losses, scores and gradients jump from batch to batch. What is told of them, here and in lists, is a "
    f"{plain_text.RECENT}: that of the newest {series.RECENT_ROWS} rows.",
    "Training goes on in a process of its own. Closing this screen, or losing the connection, does not touch "
    "it; latentop attach brings the screen back.",
)
RUNS_READING = (
    "A run a row, newest first: how far it is, its verdict, and the course of what its trend names. Below is "
    "the one under the cursor, live: its losses, what it draws, what is known of it.",
    "Coverage goes from 0 to 100 %, so that a collapse looks like one; an error is drawn by its logarithm, "
    f"since it falls by powers of ten. The newest value of a loss is a {plain_text.RECENT}.",
    "A name is for people: folder and id stay as they are, and both find the run on the command line.",
)
COMPARE_READING = (
    "Runs that differ in the seed alone make one band, from the smallest of them to the largest, with their "
    "mean as its line; a fork, which has its parent's past, is no seed of it. Lines are means: noise is left "
    "out, lest one run hides another.",
    "In the table, * marks the best of a row: the largest, the smallest, or the nearest to what real data "
    "reach; on different data nothing but that is compared, in different features nothing measured in "
    f"them. Of what jumps from batch to batch there are {plain_text.RECENT}s.",
)
PRESETS_READING = (
    "Beside the list is what one will see: pictures and two curves of a run that was trained before, as far "
    "as it went. How long it takes is judged by runs on this machine, as soon as there is one.",
    "✔ was trained here and is well, ✖ ended in an alarm or failed, · was begun.",
)
READINGS: dict[Place, tuple[str, ...]] = {
    "run": RUN_READING,
    "runs": RUNS_READING,
    "compare": COMPARE_READING,
    "presets": PRESETS_READING,
}
ELSEWHERE = (
    "space, enter, b, o and t do what is likeliest in each place; the bottom line says what. Capitals in the "
    "list of runs (C, N, R) are no keys of a run, whose c, n and r do something else."
)
"""Why some keys mean one thing here and another there."""
KEY_WIDTH = 11
TERM_WIDTH = 24
ASIDE = 8
"""Columns that frame, padding and scroll bar take, and one that stays empty."""


class HelpScreen(Dialogue[None]):
    """How to read the place that help was asked for comes first, then keys, then words; typing finds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "dismiss(None)", "close", show=False, priority=True),
        Binding("up", "scroll(-1)", "up", show=False, priority=True),
        Binding("down", "scroll(1)", "down", show=False, priority=True),
        Binding("pageup", "scroll(-10)", "page up", show=False, priority=True),
        Binding("pagedown", "scroll(10)", "page down", show=False, priority=True),
    ]

    def __init__(self, place: Place, inabilities: Mapping[str, str]) -> None:
        """``inabilities``: of actions that can't be done here, why."""
        super().__init__()
        self._place = place
        self._inabilities = inabilities
        self._width = 0

    def compose(self) -> ComposeResult:
        """A field to search in, what was found, and how to leave."""
        with Vertical(id="dialogue", classes="long"):
            yield Input(placeholder="type to find a key or a word", compact=True)
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
            words = self.query_one(Input).value.lower().lstrip("/").strip()  # / finds elsewhere, too
            self.query_one("#listed", Static).update(self._listing(words, self._room()))

    def _listing(self, words: str, width: int) -> Content:
        """The sections, less what does not hold the words."""
        self._width = width
        parts = [*self._reading(words, width)]
        here, everywhere, *elsewhere = self._sections()
        for title, found in (here, everywhere):
            parts += self._keys(title, found, words, width)
        terms = [(one.names, one.meaning) for one in glossary.terms()]
        parts += _listed("words and signs", terms, words, width)
        for title, found in elsewhere:
            parts += self._keys(title, found, words, width)
        if words in ELSEWHERE.lower():
            parts.append(Content(f"{_wrapped(ELSEWHERE, width)}\n"))
        return Content.assemble(*parts) if parts else Content("Nothing is called so here.")

    def _reading(self, words: str, width: int) -> Iterator[Content]:
        """How to read the place, a paragraph a thought."""
        found = [one for one in READINGS.get(self._place, ()) if words in one.lower()]
        if found:
            yield Content.assemble(("how to read the screen\n", "bold"))
            yield Content("\n\n".join(_wrapped(one, width) for one in found) + "\n\n")

    def _keys(self, title: str, found: tuple[Key, ...], words: str, width: int) -> Iterator[Content]:
        """The keys that hold the words; below one that does nothing here, why."""
        told = [
            (key.line, self._inabilities.get(key.action, "") if key in keys.only(self._place) else "")
            for key in keys.listed(found)
        ]
        kept = [(*line, why) for line, why in told if words in f"{' '.join(line)} {why}".lower()]
        if kept:
            yield Content.assemble((f"keys {title}\n", "bold"))
        for shown, does, why in kept:
            yield _row(shown, does, KEY_WIDTH, width)
            if why:
                reason = _indented(why, KEY_WIDTH, width)
                yield Content.assemble(" " * KEY_WIDTH, (reason, "$text-warning"))
        if kept:
            yield Content("\n")

    def _sections(self) -> Iterator[tuple[str, tuple[Key, ...]]]:
        yield keys.PLACES[self._place], keys.only(self._place)
        yield "everywhere", keys.everywhere()
        for place, title in keys.PLACES.items():
            if place != self._place:
                yield title, keys.only(place)


def _listed(title: str, rows: Sequence[tuple[str, str]], words: str, width: int) -> Iterator[Content]:
    """The rows that hold the words, below their title."""
    found = [row for row in rows if words in " ".join(row).lower()]
    if found:
        yield Content.assemble((f"{title}\n", "bold"))
        yield from (_row(*row, TERM_WIDTH, width) for row in found)
        yield Content("\n")


def _row(head: str, text: str, first: int, width: int) -> Content:
    """A key or a word, and what it does or means beside it; a long one has a row of its own."""
    apart = "" if len(head) < first else f"\n{' ' * first}"
    return Content.assemble(
        (f"{head:<{first}}", "bold $text-accent"), f"{apart}{_indented(text, first, width)}"
    )


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(plain_text.clean(text), max(30, width)))


def _indented(text: str, first: int, width: int) -> str:
    """The text in rows that stand beside what takes ``first`` cells."""
    lines = textwrap.wrap(plain_text.clean(text), max(30, width) - first)
    return f"\n{' ' * first}".join(lines) + "\n"
