"""The keys and how to read the screen; the keys come from their one table."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from tui import keys
from tui.keys import Place
from tui.screens.dialogue import Dialogue

HEADINGS: dict[Place, str] = {
    "run": "on a run",
    "runs": "in the list of runs",
    "presets": "among the presets",
    "form": "in the form of a preset",
    "compare": "comparing runs",
}
READING = (
    "",
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
    "value, and a mark on the top edge is a value that was not a number.",
    "",
    "Training goes on in a process of its own. Closing this screen, or losing the connection, does "
    "not touch it; latentop attach brings the screen back.",
)
LIST_READING = (
    "",
    "The trend is the course of the first of the newest values. Coverage goes from 0 to 100 %, so that a "
    "collapse looks like one; an error is drawn by its logarithm, since it falls by powers of ten.",
    "",
    "A name is for people: folder and id stay as they are, and both find the run on the command line.",
)
COMPARE_READING = (
    "",
    "Runs that differ in nothing but the seed make one band, from the smallest of them to the largest, with "
    "their mean as its line. Lines are means: noise is left out, lest one run hides another.",
    "",
    "In the table, * marks the best of a row, where one way is better.",
)
READINGS: dict[Place, tuple[str, ...]] = {
    "run": READING,
    "runs": LIST_READING,
    "compare": COMPARE_READING,
}


class HelpScreen(Dialogue[None]):
    """Scrolled with the arrow keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,question_mark", "dismiss(None)", "close", show=False)
    ]

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """The keys of the place that help was asked for, then how to read what is shown."""
        with Vertical(id="dialogue", classes="reading"):
            yield Label(f"keys {HEADINGS[self._place]}", classes="question")
            with VerticalScroll():
                yield Static(_listed(self._place))
            yield Label("esc closes", classes="hint")


def _listed(place: Place) -> Content:
    parts: list[Content | tuple[str, str]] = []
    for key in keys.of(place):
        parts += [(f"{key.shown:<8}", "bold $text-accent"), Content(f"{key.does}\n")]
    return Content.assemble(*parts, Content("\n".join(READINGS.get(place, ()))))
