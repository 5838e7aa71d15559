"""The base of every part of a run's screen: it draws anew only if its own parts of the state changed."""

from typing import ClassVar

from textual.reactive import reactive
from textual.strip import Strip

from latentop.presets.watch import Watch
from latentop.tui.draw.charts.chart import ChartStyle
from latentop.tui.link.terminal import Terminal
from latentop.tui.model.details import Section
from latentop.tui.model.state import State
from latentop.tui.widgets.cells import CellWidget
from latentop.tui.widgets.texts import Span, strip

PLAIN = (bool, int, float, str, tuple)


class Panel(CellWidget):
    """Receives values, never reaches out. Subclasses say in ``concerns`` which parts of a state they show."""

    of_now: ClassVar[bool] = False
    """Whether it shows the run as it is now even while a person looks at an earlier step."""

    state: reactive[State] = reactive(State, repaint=False)

    def __init__(self, terminal: Terminal, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.terminal = terminal

    def concerns(self, state: State) -> tuple[object, ...]:
        """The parts that the panel shows; it draws anew when one is another than before."""
        raise NotImplementedError

    def wait(self) -> None:
        """Stay away until there is something to show; from then on it stays."""
        self.add_class("-absent")

    def has_content(self, state: State) -> bool:
        """Whether there is something to show."""
        return True

    def watch_state(self, old: State, new: State) -> None:
        """Draw anew if what the panel shows may have changed."""
        if self.has_class("-absent") and self.has_content(new):
            self.remove_class("-absent")
        pairs = zip(self.concerns(old), self.concerns(new), strict=True)
        if self.is_mounted and any(_differ(one, other) for one, other in pairs):
            self.changed()
            self.redraw()

    def changed(self) -> None:
        """Called before drawing anew; for what belongs to the panel but is not one of its rows."""

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """What is behind the panel, for who wants to know more; none where the panel is all there is."""
        return []

    def colour(self, name: str) -> str:
        """A colour of the theme as rich names it: ``#rrggbb``, or an empty text where there are none."""
        if not self.terminal.colour:
            return ""
        value = self.app.theme_variables.get(name, "")
        return value[:7] if value.startswith("#") else _ansi(value)

    def faint(self) -> str:
        """The colour of what should not draw the eye: nearer to the text than to the background."""
        note = self.colour("note")
        return note if note.startswith("#") else ""

    def chart_style(self) -> ChartStyle:
        """How charts and meters are drawn here."""
        background = self.colour("background")
        return ChartStyle(
            ascii=self.terminal.ascii,
            colour=self.terminal.colour,
            background=background if background.startswith("#") else "",
            frame=self.faint() or "#808080",
            alert=self.colour("error") or "#e0483e",
            cursor=self.colour("foreground"),
        )

    def line(self, *spans: Span | str, width: int | None = None) -> Strip:
        """A row of text; a span is a text with the name of a theme colour."""
        return strip(spans, self.colour, width=width)


def _differ(one: object, other: object) -> bool:
    """Whether something changed: plain values are compared, of everything else it is told by identity."""
    return one is not other and not (isinstance(one, PLAIN) and one == other)


def _ansi(value: str) -> str:
    return value.removeprefix("ansi_") if value.startswith("ansi_") and value != "ansi_default" else ""
