"""How well an autoencoder reconstructs: training and validation error, the best so far, and the gap."""

import re

import numpy as np
from textual.strip import Strip

from tui import selectors, wording
from tui.draw.spark import bars
from tui.state import State
from tui.widgets.panel import Panel
from tui.widgets.texts import Span

TRAINING, VALIDATION = "loss/reconstruction", "valid/reconstruction"
OVERFITTING = "over-fitting"
"""The alarm by which the watch says so."""
MORE = (
    ("noisy input", "valid/noisy-input", "its own error"),
    ("activation", "codings/activation", "mean of codings"),
    ("PCA's plane", "pca/angle", "degrees off"),
    ("PCA's error", "pca/relative-error", "of it more"),
    ("codings", "codings/active-units", "vary, of {codings/units}"),
    ("rank", "codings/rank", "independent ones, in effect"),
    ("KL", "kl/nats", "nats"),
    ("informed", "kl/active-units", "codings"),
)
"""What only some autoencoders measure: label, series, unit; in braces another series' value."""
UNIT = "kl/unit-"
_OTHER = re.compile(r"{(.+?)}")
LABEL, VALUE = 11, 8


class ReconstructionPanel(Panel):
    """Errors as numbers and in words; of a linear or variational one what it is compared by."""

    def concerns(self, state: State) -> tuple[object, ...]:
        """The series that are told, and the alarms."""
        names = (TRAINING, VALIDATION, *(name for _, name, _ in MORE))
        return (*map(state.series.get, (*names, f"{UNIT}1")), state.alarms)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return training error, validation error with the best so far, and what their ratio means."""
        training = selectors.typical(self.state, TRAINING)
        validation = selectors.last(self.state, VALIDATION)  # seldom taken: no mean over its rows
        if training is None:
            return [self.line("no values yet")]
        rows = [self._row("training", wording.short(training), width)]
        if validation is None:
            return [*rows, self._row("validation", "not yet", width)]
        rows.append(self._row("validation", wording.short(validation), width, self._best()))
        if training > 0:
            rows.append(self._gap(validation / training, width))
        for label, name, unit in MORE:
            if (value := selectors.last(self.state, name)) is not None:
                rows.append(self._row(label, wording.short(value), width, _OTHER.sub(self._short, unit)))
        return [*rows, *self._units(width)][:height]

    def _units(self, width: int) -> list[Strip]:
        """Of a variational one what each unit of the codings tells of its input, the largest as a number."""
        nats = selectors.numbered(self.state, UNIT)
        if not nats:
            return []
        drawn = bars(nats, ascii=self.terminal.ascii)
        return [self._row("KL by unit", wording.short(max(nats)), width, f"nats at most  {drawn}")]

    def _short(self, found: re.Match[str]) -> str:
        value = selectors.last(self.state, found[1])
        return "?" if value is None else wording.short(value)

    def _row(self, label: str, value: str, width: int, more: str = "") -> Strip:
        return self.line(f"{label:<{LABEL}}", f"{value:>{VALUE}}", f"  {more}", width=width)

    def _best(self) -> str:
        bins = self.state.series[VALIDATION]
        place = int(np.nanargmin(np.where(np.isfinite(bins.mean), bins.mean, np.inf)))
        best, step = wording.short(float(bins.lo[place])), wording.spaced(int(bins.step[place]))
        return f"best {best} at {step}"

    def _gap(self, ratio: float, width: int) -> Strip:
        over = any(alarm.name == OVERFITTING for alarm in selectors.standing(self.state))
        words = Span(OVERFITTING if over else "ok", "warning" if over else "success", bold=over)
        return self.line(f"{'val/train':<{LABEL}}", f"{ratio:>{VALUE}.2f}", "  ", words, width=width)
