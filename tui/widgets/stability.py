"""Whether training itself is sound: gradients, the discriminator's accuracy, values that are not finite."""

from collections.abc import Iterable, Iterator

from textual.strip import Strip

from presets.watching import Watch
from tui import details, selectors, verdicts, wording
from tui.details import Section
from tui.draw.axis import time_axis
from tui.draw.spark import course
from tui.measures import BATCHES, SELDOM, Told
from tui.state import State
from tui.trend import trend
from tui.widgets.panel import Panel
from tui.widgets.texts import Span
from tui.widgets.trends import WORD, arrow, word

LABEL, VALUE, STATE = 11, 7, 8
SPARK, ROOMY = 40, 70


class StabilityPanel(Panel):
    """A row a series: value, course over the steps of the charts, which way it goes, ok or not; a verdict."""

    can_focus = True

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series of the panel, the alarms, and how many values of any series are not finite."""
        shown = (state.series.get(told.series) for told in (*BATCHES, *SELDOM))
        return (*shown, state.alarms, selectors.bad_values(state))

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """Each measure with its meaning, its history and its alarms."""
        return details.stability(state, watch)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return a row for each series that the run has, one for values that are not finite, the verdict."""
        rows = list(self._series(BATCHES, width))
        if not rows:
            return [self.line("no values yet")]
        if height > 3 or len(rows) < height - 1:
            rows.append(self._finite(width))
        rows += self._series(SELDOM, width)
        return [*rows[: height - 1], self._verdict(width)]

    def _series(self, rows: Iterable[Told], width: int) -> Iterator[Strip]:
        alarms = {alarm.name for alarm in selectors.standing(self.state)}
        for told in rows:
            value = selectors.typical(self.state, told.series)
            if value is None:
                continue
            well = alarms.isdisjoint(told.alarms)
            bins, plain = self.state.series[told.series], self.terminal.ascii
            going = trend(bins)
            way = word(going, ascii=plain) if width >= ROOMY else arrow(going, ascii=plain)
            last = time_axis(selectors.step(self.state))
            drawn = course(bins.step, bins.mean, _room(width), ascii=plain, last=last)
            said = "ok" if well else "WARNING"
            yield self._row(told.brief, wording.short(value), drawn, way, said, width)

    def _finite(self, width: int) -> Strip:
        """How many values of all series were NaN or infinite."""
        count = selectors.bad_values(self.state)
        return self._row("non-finite", wording.spaced(count), "", "", "WARNING" if count else "ok", width)

    def _row(self, label: str, value: str, drawn: str, way: str, said: str, width: int) -> Strip:
        """Columns that stay where they are, whatever stands in them."""
        return self.line(
            f"{wording.clean(label, ascii=self.terminal.ascii):<{LABEL}}",
            f"{value:>{VALUE}} ",
            Span(f"{drawn:<{_room(width)}} ", "primary-darken-2"),
            f"{way:<{_way(width)}} ",
            Span(said, "success" if said == "ok" else "error", bold=said != "ok"),
            width=width,
        )

    def _verdict(self, width: int) -> Strip:
        words = verdicts.stability(self.state)
        return self.line(Span(words.within(width), words.tone, bold=True), width=width)


def _way(width: int) -> int:
    """Cells in which a row says which way its series goes."""
    return 1 + WORD if width >= ROOMY else 1


def _room(width: int) -> int:
    """Cells of the sparklines."""
    return max(0, min(SPARK, width - LABEL - VALUE - _way(width) - STATE - 3))
