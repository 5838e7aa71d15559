"""How well an autoencoder reconstructs: training and validation error, the best so far, and the gap."""

import re
from collections.abc import Iterator

from textual.strip import Strip

from latentop.presets.watch import Watch
from latentop.tui.draw.small.spark import bars, spark
from latentop.tui.model import conclusions, derived, details, generalisation, number_text, plain_text
from latentop.tui.model.details import Section
from latentop.tui.model.generalisation import OVERFITTING
from latentop.tui.model.measures import CODINGS, LEARNED, RECONSTRUCTION, UNSEEN
from latentop.tui.model.report import best_validation
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.state import State
from latentop.tui.model.trend import WINDOW, trend
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span
from latentop.tui.widgets.trends import arrow

TONES = {"ok": "success", "early": "", "high": "warning", OVERFITTING: "warning"}
WORDS = {"early": "too early to judge"}
UNIT = "kl/unit-"
_OTHER = re.compile(r"{(.+?)}")
LABEL, VALUE = 11, 8
CLOSE = 0.01
"""Of a ratio: as near to it the shown numbers give the same."""
PAIRED = 80
"""Cells from which on two of them have room in a row."""
SPARK, NOTE, LEAST = 32, 26, 8
"""Cells of a history, and of what stands behind it; those of the shortest."""
WAY, GAP = 3, 2
"""Cells for which way it goes, and behind a history."""


class ReconstructionPanel(Panel):
    """Errors as numbers, how they went, and what that means; of some also what the codings are worth."""

    can_focus = True

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series that are told, and the alarms."""
        names = (one.name for one in RECONSTRUCTION)
        return (*map(state.series.get, (*names, f"{UNIT}1")), state.alarms, state.facts.awaited)

    def has_content(self, state: State) -> bool:
        """Whether any of it was measured."""
        return any(one.name in state.series for one in RECONSTRUCTION)

    def changed(self) -> None:
        """Have the border in the alarm's colour while codings are dead or tell nothing."""
        names = {alarm.name for alarm in derived.standing(self.state) if alarm.severity == "critical"}
        self.set_class(not names.isdisjoint(conclusions.CODINGS), "-alarming")

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """Each measure with its meaning, its history and its alarms."""
        return details.reconstruction(state, watch)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return both errors, their ratio, what else is measured, and the verdict where there is room."""
        training = derived.typical(self.state, LEARNED.name)
        validation = derived.typical(self.state, UNSEEN.name)
        scripted = self.state.facts.scripted  # whatever it does not measure will not come
        if training is None and not scripted:
            return [self.line("no values yet")]
        rows = [] if training is None else [self._error(LEARNED, training, plain_text.RECENT, width)]
        if validation is not None:
            rows.append(self._error(UNSEEN, validation, self._best(width), width))
        elif not scripted:
            return [*rows, self._row(UNSEEN.short, "not yet", width)]
        room = height - len(rows)
        others = list(self._others(width))
        if len(others) > room and width >= PAIRED:
            half = min(width // 2, LABEL + VALUE + WAY + _history(width) + GAP)
            others = [*self._others(half - 1)]
            pairs = zip(others[::2], [*others[1::2], Strip.blank(0)], strict=False)
            others = [Strip.join([one.adjust_cell_length(half), other]) for one, other in pairs]
        return [*rows, *others][:height]

    def _others(self, width: int) -> Iterator[Strip]:
        """The ratio of both errors, and what the codings are worth, a row each."""
        if (ratio := generalisation.ratio(self.state)) is not None:
            yield self._gap(ratio, width)
        for one in CODINGS:
            if (value := derived.typical(self.state, one.name)) is not None:
                unit = _OTHER.sub(self._other, one.note)
                yield self._row(one.short, number_text.short(value), width, unit)

    def _error(self, measure: Shown, value: float, note: str, width: int) -> Strip:
        """An error, which way it goes, and its history where there is room beside the note."""
        bins = self.state.series[measure.name]
        way = arrow(trend(bins))
        room = _history(width)
        drawn = Span(spark(bins.mean[-WINDOW:], room) + " " * GAP, "primary-darken-2") if room else ""
        return self.line(
            f"{measure.short:<{LABEL}}{number_text.short(value):>{VALUE}} {way} ", drawn, note, width=width
        )

    def _other(self, found: re.Match[str]) -> str:
        """The value of another series; of those of many units a bar each."""
        if found[1] == UNIT:
            nats = derived.numbered(self.state, UNIT)
            return f"in all, by unit  {bars(nats)}" if nats else "in all"
        value = derived.typical(self.state, found[1])
        return "?" if value is None else number_text.short(value)

    def _row(self, label: str, value: str, width: int, more: str = "") -> Strip:
        return self.line(f"{label:<{LABEL}}", f"{value:>{VALUE}}", f"   {more}", width=width)

    def _best(self, width: int) -> str:
        if (found := best_validation(self.state)) is None:
            return ""
        best, step = number_text.short(found.value), number_text.spaced(found.step)
        words = f"best {best} at {step}"
        return words if LABEL + VALUE + len(" ↘ ") + len(words) <= width else f"best {best}"

    def _gap(self, ratio: float, width: int) -> Strip:
        """Validation error over training error, and where the watch begins to mind it."""
        how = generalisation.fit(self.state)
        words = Span(WORDS.get(how, how), TONES[how], bold=how == OVERFITTING)
        limit = f" (alarm > {self.state.facts.overfitting_alarm:.3g})"
        longer = f"{limit[:-1]}, if training error falls alone)"
        if how == "high" and LABEL + VALUE + 3 + len(how + longer) <= width:
            limit = longer
        if then := self._then(ratio):
            limit = then
        if derived.outlived(self.state, UNSEEN.name):
            at = number_text.spaced(int(self.state.series[UNSEEN.name].step[-1]))
            words, limit = Span(f"at step {at}, before it diverged", "note"), ""
        return self.line(f"{'val/train':<{LABEL}}", f"{ratio:>{VALUE}.2f}", "   ", words, limit, width=width)

    def _then(self, ratio: float) -> str:
        """As of which step the ratio is, where the two errors that are shown give another."""
        validation, training = (derived.typical(self.state, one.name) for one in (UNSEEN, LEARNED))
        if validation is None or not training or abs(validation / training - ratio) < CLOSE * ratio:
            return ""
        return f", both as of step {number_text.spaced(int(self.state.series[UNSEEN.name].step[-1]))}"


def _history(width: int) -> int:
    """Cells of a history; 0 where there is no room for one."""
    room = min(SPARK, width - LABEL - VALUE - NOTE - WAY - GAP)
    return room if room >= LEAST else 0
