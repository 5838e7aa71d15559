"""Early signs in the numbers of every step: values that are not finite, and a discriminator that wins.

Nothing here waits for a diversity check: it reads blocks of steps, about once a second.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.watch.alarms import Condition

DIVERGED = "diverged"

LOSS = "loss/discriminator"
ACCURACY = "accuracy/discriminator"

WINDOW = 300
"""Steps that the medians run over."""
YOUNG = 200
"""Steps before the window starts: every discriminator wins at first."""
WINS_LOSS, EASES_LOSS = 0.05, 0.1
"""Median of the discriminator's loss (cross-entropy, real and fake summed): alarm below, clear above."""
WINS_ACCURACY, EASES_ACCURACY = 0.97, 0.95
FINITE_AGAIN = 200
"""Steps without a value that is not finite, before it counts as over."""

_NO_VALUES: NDArray[np.float64] = np.empty(0)


class Stability:
    """Watches per-step values; holds only the last ``WINDOW`` of two series and a count."""

    def __init__(self) -> None:
        self._last_step = -1
        self._loss = _NO_VALUES
        self._accuracy = _NO_VALUES
        self._finite = 0

    def observe(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]]) -> list[Condition]:
        """Judge the steps ``(n,)`` since the last call and each series' values ``(n,)`` at them.

        Steps ascend within a call; a call that starts earlier than the last one ended is a rollback, and
        forgets what is no longer so. Raises ValueError where a series has another length than ``steps``.
        """
        if any(len(series) != len(steps) for series in values.values()):
            raise ValueError("every series needs one value a step")
        if len(steps) == 0:
            return []
        if steps[0] <= self._last_step:
            self._loss, self._accuracy = _NO_VALUES, _NO_VALUES
        self._last_step = int(steps[-1])
        return [self._non_finite(steps, values), *self._discriminator(steps, values)]

    def _non_finite(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]]) -> Condition:
        found = {name: ~np.isfinite(series) for name, series in values.items()}
        first = {name: int(bad.argmax()) for name, bad in found.items() if bad.any()}
        any_bad = np.logical_or.reduce(list(found.values())) if found else np.zeros(len(steps), bool)
        trailing = len(steps) if not first else int(any_bad[::-1].argmax())
        self._finite = trailing + (0 if first else self._finite)
        sentence, evidence, since = "", {}, None
        if first:
            name = min(first, key=lambda series: first[series])
            value, step = float(values[name][first[name]]), int(steps[first[name]])
            kind = "not a number" if np.isnan(value) else "infinite"
            sentence, since = f"training diverged: {name} is {kind}", step
            others = len(first) - 1
            if others:
                sentence += f", and so {'is' if others == 1 else 'are'} {others} more series"
            evidence = {"step": float(step), "series": float(len(first)), "steps": float(any_bad.sum())}
        return Condition(
            name=DIVERGED,
            severity="critical",
            bad=bool(first),
            clear=self._finite >= FINITE_AGAIN,
            sentence=sentence,
            advice="go back to the last checkpoint and lower the learning rate",
            evidence=evidence,
            pace="proof",
            since=since,
        )

    def _discriminator(
        self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]]
    ) -> list[Condition]:
        if LOSS not in values or ACCURACY not in values:
            return []
        grown = steps > YOUNG
        self._loss = np.concatenate([self._loss, values[LOSS][grown]])[-WINDOW:]
        self._accuracy = np.concatenate([self._accuracy, values[ACCURACY][grown]])[-WINDOW:]
        if len(self._loss) < WINDOW or not np.isfinite([self._loss, self._accuracy]).all():
            return []
        loss, accuracy = float(np.median(self._loss)), float(np.median(self._accuracy))
        # A critic's loss (Wasserstein) goes below 0, where this rule says nothing.
        wins = 0 <= loss < WINS_LOSS and accuracy > WINS_ACCURACY
        sentence = (
            f"the discriminator wins: its loss is {loss:.3f} (alarm below {WINS_LOSS}) and it tells "
            f"{100 * accuracy:.0f} % of images right, so the generator learns little"
        )
        return [
            Condition(
                name="discriminator-wins",
                severity="warning",
                bad=wins,
                clear=loss > EASES_LOSS or accuracy < EASES_ACCURACY,
                sentence=sentence,
                advice="lower the discriminator's learning rate, or smooth the real labels to 0.9",
                evidence={"loss": loss, "accuracy": accuracy, "steps": float(WINDOW)},
                pace="proof",
            )
        ]
