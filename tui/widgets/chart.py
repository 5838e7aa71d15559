"""A panel with a chart of some series over steps, edits and alarms marked on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from engine.run.bins import Bins
from tui.draw.axis import Limits, value_axis
from tui.draw.chart import Line, VerticalMark, draw_chart, extent
from tui.state import State
from tui.terminal import Terminal
from tui.widgets.panel import Panel

MARKED = ("edit", "rollback", "resume")
"""The kinds of marks that are worth a line through every chart; checkpoints are too many."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series to draw: its name in the store, its name in the legend, its colour in the theme."""

    name: str
    label: str
    colour: str


LOSSES = (
    Series("loss/generator", "generator", "primary"),
    Series("loss/discriminator", "discriminator", "accent"),
)
SCORES = (Series("score/real", "D(real)", "success"), Series("score/fake", "D(fake)", "warning"))
DIVERSITY = (
    Series("diversity/coverage", "coverage", "primary"),
    Series("diversity/density", "density", "accent"),
    Series("diversity/duplicates", "distinctness", "success"),
)
RECONSTRUCTION = (
    Series("loss/reconstruction", "training", "primary"),
    Series("valid/reconstruction", "validation", "accent"),
)
ACCURACY = (
    Series("accuracy/fine-tuned", "fine-tuned", "primary"),
    Series("accuracy/frozen", "frozen", "success"),
    Series("accuracy/scratch", "from scratch", "accent"),
)
GRADIENT = (Series("grad/autoencoder", "|∇|", "primary"),)


class ChartPanel(Panel):
    """Chart of a few series. Its axes move only when they must, so that drawn cells stay put."""

    can_focus = True

    def __init__(
        self, terminal: Terminal, title: str, series: Sequence[Series], *, id: str, classes: str = ""
    ) -> None:
        super().__init__(terminal, id=id, classes=f"panel {classes}")
        self.border_title = title
        self._series = tuple(series)
        self._values: Limits | None = None

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series of the chart, and what is marked on it."""
        return (*(state.series.get(one.name) for one in self._series), state.marks, state.alarms)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return the chart, or why there is none yet."""
        lines = self._lines()
        if not lines:
            return [self.line("no values yet")]
        self._values = value_axis(*extent(lines), self._values)
        return draw_chart(
            lines,
            width=width,
            height=height,
            values=self._values,
            style=self.chart_style(),
            marks=_marks(self.state),
        )

    def _lines(self) -> list[Line]:
        found = ((one, self.state.series.get(one.name)) for one in self._series)
        return [self._line(one, bins) for one, bins in found if bins is not None and len(bins)]

    def _line(self, series: Series, bins: Bins) -> Line:
        return Line(
            name=series.label,
            colour=self.colour(series.colour),
            step=bins.step,
            mean=bins.mean,
            lo=bins.lo,
            hi=bins.hi,
            bad=bins.bad,
        )


def _marks(state: State) -> list[VerticalMark]:
    marks = [VerticalMark(step=mark.step, label=mark.text) for mark in state.marks if mark.kind in MARKED]
    raised = [VerticalMark(step=alarm.raised_step, label=alarm.name) for alarm in state.alarms]
    return [*marks, *raised]
