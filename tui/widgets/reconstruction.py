"""How well an autoencoder reconstructs: training and validation error, the best so far, and the gap."""

import re

import numpy as np
from textual.strip import Strip

from presets.watching import Watch
from tui import details, fit, selectors, verdicts, wording
from tui.details import Section
from tui.draw.spark import bars, spark
from tui.fit import OVERFITTING
from tui.measures import CODINGS, LEARNED, RECONSTRUCTION, UNSEEN, Told
from tui.state import State
from tui.trend import WINDOW, trend
from tui.widgets.panel import Panel
from tui.widgets.texts import Span
from tui.widgets.trends import arrow

TONES = {"ok": "success", "high": "warning", OVERFITTING: "warning"}
UNIT = "kl/unit-"
_OTHER = re.compile(r"{(.+?)}")
LABEL, VALUE = 11, 8
SPARK, NOTE = 32, 26
"""Cells of a history, and of what stands behind it."""


class ReconstructionPanel(Panel):
    """Errors as numbers, how they went, and what that means; of some also what the codings are worth."""

    can_focus = True

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series that are told, and the alarms."""
        names = (told.series for told in RECONSTRUCTION)
        return (*map(state.series.get, (*names, f"{UNIT}1")), state.alarms)

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """Each measure with its meaning, its history and its alarms."""
        return details.reconstruction(state, watch)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return both errors, their ratio, what else is measured, and the verdict where there is room."""
        training = selectors.typical(self.state, LEARNED.series)
        validation = selectors.typical(self.state, UNSEEN.series)
        if training is None:
            return [self.line("no values yet")]
        rows = [self._error(LEARNED, training, wording.RECENT, width)]
        if validation is None:
            return [*rows, self._row(UNSEEN.brief, "not yet", width)]
        rows.append(self._error(UNSEEN, validation, self._best(width), width))
        if (ratio := fit.ratio(self.state)) is not None:
            rows.append(self._gap(ratio, width))
        if height <= 3:
            return rows
        for told in CODINGS:
            if (value := selectors.typical(self.state, told.series)) is not None:
                unit = _OTHER.sub(self._other, told.unit)
                rows.append(self._row(told.brief, wording.short(value), width, unit))
        return [*rows[: height - 1], self._verdict(width)]

    def _error(self, told: Told, value: float, note: str, width: int) -> Strip:
        """An error, which way it goes, and its history where there is room beside the note."""
        bins, plain = self.state.series[told.series], self.terminal.ascii
        way = arrow(trend(bins), ascii=plain)
        room = min(SPARK, width - LABEL - VALUE - NOTE - 5)
        drawn = (
            Span(spark(bins.mean[-WINDOW:], room, ascii=plain) + "  ", "primary-darken-2")
            if room >= 8
            else ""
        )
        return self.line(
            f"{told.brief:<{LABEL}}{wording.short(value):>{VALUE}} {way} ", drawn, note, width=width
        )

    def _other(self, found: re.Match[str]) -> str:
        """The value of another series; of those of many units a bar each."""
        if found[1] == UNIT:
            nats = selectors.numbered(self.state, UNIT)
            return f"in all, by unit  {bars(nats, ascii=self.terminal.ascii)}" if nats else "in all"
        value = selectors.typical(self.state, found[1])
        return "?" if value is None else wording.short(value)

    def _row(self, label: str, value: str, width: int, more: str = "") -> Strip:
        return self.line(f"{label:<{LABEL}}", f"{value:>{VALUE}}", f"   {more}", width=width)

    def _best(self, width: int) -> str:
        bins = self.state.series[UNSEEN.series]
        place = int(np.nanargmin(np.where(np.isfinite(bins.mean), bins.mean, np.inf)))
        best, step = wording.short(float(bins.lo[place])), wording.spaced(int(bins.step[place]))
        words = f"best {best} at {step}"
        return words if LABEL + VALUE + len(" ↘ ") + len(words) <= width else f"best {best}"

    def _gap(self, ratio: float, width: int) -> Strip:
        """Validation error over training error, and where the watch begins to mind it."""
        how = fit.fit(self.state)
        words = Span(how, TONES[how], bold=how == OVERFITTING)
        limit = f" (alarm > {self.state.facts.overfitting_alarm:g})"
        longer = f"{limit[:-1]}, if training error falls alone)"
        if how == "high" and LABEL + VALUE + 3 + len(how + longer) <= width:
            limit = longer
        return self.line(f"{'val/train':<{LABEL}}", f"{ratio:>{VALUE}.2f}", "   ", words, limit, width=width)

    def _verdict(self, width: int) -> Strip:
        words = verdicts.reconstruction(self.state)
        return self.line(Span(words.within(width), words.tone, bold=True), width=width)
