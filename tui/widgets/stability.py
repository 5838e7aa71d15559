"""Whether training itself is sound: gradients, the discriminator's accuracy, values that are not finite."""

from collections.abc import Iterable, Iterator

from textual.strip import Strip

from latentop.engine.run import series
from latentop.presets.watch import Watch
from latentop.tui.draw.charts.axis import time_axis
from latentop.tui.draw.small.spark import course
from latentop.tui.model import alarm_text, conclusions, derived, details, number_text, plain_text
from latentop.tui.model.details import Section
from latentop.tui.model.measures import BATCHES, SELDOM, batches, seldom
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.state import State
from latentop.tui.model.trend import trend
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span
from latentop.tui.widgets.trends import WORD, arrow, word

LABEL, VALUE, STATE = 11, 7, 9
SPARK, ROOMY = 40, 70
TABLE, APART = 4, 3
"""Rows from which on each series has one, and cells between what stands in one row."""
SIGNS = {"error": "✖", "warning": "▲"}
NETWORKS = {"generator": "G", "discriminator": "D", "classifier": "C", "critic": "C", "autoencoder": ""}
TONES = {"ok": "success", "early": "", "before": "note", "at rest": "warning", "WARNING": "warning"}
"""Of what is said of a row; else it is a critical alarm."""
DIVERGED = "diverged"
MOVES = ("grad", "update")
"""The families of series that are 0 where a network learns nothing."""


class StabilityPanel(Panel):
    """A row a series: value, course over the steps of the charts, which way it goes, ok or not; a verdict.

    A gradient of exactly 0 is ``at rest``, long before an alarm can tell whether that is bad. What was
    measured last ``before`` the run diverged is not ok.
    """

    can_focus = True

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series of the panel, the alarms, and how many values of any series are not finite."""
        known = [*map(state.series.get, (one.name for one in (*BATCHES, *SELDOM)))]
        found = ((one.name, state.series.get(one.name)) for one in _measures(state))
        ends = tuple((name, int(bins.step[-1])) for name, bins in found if bins is not None)
        return (*known, ends, state.alarms, derived.bad_values(state), conclusions.young(state))

    def has_content(self, state: State) -> bool:
        """Whether any of it was recorded."""
        return any(one.name in state.series for one in _measures(state))

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """Each measure with its meaning, its history and its alarms."""
        return details.stability(state, watch)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return a row for each series that the run has, one for values that are not finite, the verdict.

        Where there is no room for that, all in one row: what is wrong first, then what is well.
        """
        if height < TABLE:
            return [self._brief(width)]
        rows = list(self._series(batches(self.state.series), width))
        if not rows and not self.has_content(self.state):
            return [self.line("no values yet")]
        if height > 3 or len(rows) < height - 1:
            rows.append(self._finite(width))
        rows += self._series(seldom(self.state.series), width)
        return [*rows[: height - 1], self._verdict(width)]

    def _brief(self, width: int) -> Strip:
        """What is wrong, if anything, and the measures in a few words each, as many as fit."""
        if not self.has_content(self.state):
            return self.line("no values yet")
        words, count = conclusions.stability(self.state), derived.bad_values(self.state)
        spans: list[Span | str] = []
        if words.tone in ("error", "warning"):
            spans.append(Span(f"{SIGNS[words.tone]} {words.within(width // 2)}", words.tone, bold=True))
        elif not count:
            spans.append(Span("✔ all values finite", "success"))
        told = list(map(self._told, self._known(batches(self.state.series))))
        room = width - sum(len(one.text) for one in spans if isinstance(one, Span))
        for text in filter(None, told):
            if (room := room - len(text) - APART) < 0:
                break
            spans += [" " * APART, text]
        return self.line(*spans, width=width)

    def _known(self, measures: Iterable[Shown]) -> Iterator[Shown]:
        return (one for one in measures if derived.typical(self.state, one.name) is not None)

    def _told(self, one: Shown) -> str:
        """A measure in a few words: ``D is right 83 %``, ``gradient G 16.1 rising``."""
        value = derived.typical(self.state, one.name)
        if value is None:
            return ""
        family, _, network = one.name.partition("/")
        network = NETWORKS.get(network, network)
        if family == "accuracy":
            return f"{network} is right {number_text.percent(value):>5}"
        going = trend(self.state.series[one.name])
        label = " ".join(filter(None, ("gradient", plain_text.clean(network))))
        return f"{label} {number_text.short(value):<6} {going.way if going else '':<7}"

    def _series(self, measures: Iterable[Shown], width: int) -> Iterator[Strip]:
        resting, young = conclusions.at_rest(self.state), conclusions.young(self.state)
        for one in measures:
            value = derived.typical(self.state, one.name)
            if value is None:
                continue
            bins = self.state.series[one.name]
            going = trend(bins)
            way = word(going) if width >= ROOMY else arrow(going)
            last = time_axis(derived.step(self.state))
            drawn = course(bins.step, bins.mean, _room(width), last=last)
            family, _, network = one.name.partition("/")
            rests = value == 0 and family in MOVES and network in resting
            sound = "before" if derived.outlived(self.state, one.name) else "ok"
            said = self._alarm(one) or ("early" if young else "at rest" if rests else sound)
            told = number_text.brief(value, relative=series.of(one.name).relative)
            yield self._row(one.short, told, drawn, way, said, width)

    def _alarm(self, one: Shown) -> str:
        """The title of the worst alarm of that series; that a run diverged is one of what is not finite."""
        bad = bool(self.state.series[one.name].bad.any())
        standing = derived.standing(self.state)
        mine = (each for each in standing if each.name in one.alarms and (bad or each.name != DIVERGED))
        return next(map(alarm_text.title, mine), "")

    def _finite(self, width: int) -> Strip:
        """How many values of all series were NaN or infinite."""
        count = derived.bad_values(self.state)
        diverged = [each for each in derived.standing(self.state) if each.name == DIVERGED]
        said = alarm_text.title(diverged[0]) if diverged else "WARNING" if count else "ok"
        return self._row("non-finite", number_text.spaced(count), "", "", said, width)

    def _row(self, label: str, value: str, drawn: str, way: str, said: str, width: int) -> Strip:
        """Columns that stay where they are, whatever stands in them."""
        return self.line(
            f"{plain_text.shortened(plain_text.clean(label), LABEL - 1):<{LABEL}}",
            f"{value:>{VALUE}} ",
            Span(f"{drawn:<{_room(width)}} ", "primary-darken-2"),
            f"{way:<{_way(width)}} ",
            Span(said, TONES.get(said, "error"), bold=said not in ("ok", "early", "before")),
            width=width,
        )

    def _verdict(self, width: int) -> Strip:
        words = conclusions.stability(self.state)
        return self.line(Span(words.within(width), words.tone, bold=True), width=width)


def _measures(state: State) -> tuple[Shown, ...]:
    return (*batches(state.series), *seldom(state.series))


def _way(width: int) -> int:
    """Cells in which a row says which way its series goes."""
    return 1 + WORD if width >= ROOMY else 1


def _room(width: int) -> int:
    """Cells of the sparklines."""
    return max(0, min(SPARK, width - LABEL - VALUE - _way(width) - STATE - 3))
