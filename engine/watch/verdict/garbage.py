"""A generator that wins by garbage: its samples are like nothing real, and the discriminator cannot tell.

A contest that is even says nothing about samples: at its best, and where the discriminator is too weak, half
of all decisions are wrong (Goodfellow et al. 2014, section 4.1). Only the samples tell these two apart.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

ACCURACIES = ("accuracy/discriminator", "accuracy/critic")
WINDOW = 200
"""Steps that the median accuracy runs over."""
FOOLED, SEES = 0.55, 0.65
"""Median share of right decisions: below, it guesses; above, it sees a difference again."""
HOPELESS = 30
"""Checks in which a generator with anything to learn from gets beyond garbage, be it a slow starter."""


class Garbage:
    """Accuracies of every step and readings to the condition ``generator-wins`` (warning)."""

    def __init__(self, settings: Watch = DEFAULTS) -> None:
        self._alarm, self._clear = settings.garbage_alarm, settings.garbage_clear
        self._accuracies: NDArray[np.float64] = np.empty(0)
        self._garbage = 0

    def observe(self, values: Mapping[str, NDArray[np.float64]]) -> None:
        """Take the values ``(n,)`` of the newest steps."""
        for name in ACCURACIES:
            if name in values:
                self._accuracies = np.concatenate([self._accuracies, values[name]])[-WINDOW:]

    def judge(self, reading: Reading) -> list[Condition]:
        """What a reading of the samples says; nothing before the first ``WINDOW`` steps."""
        if len(self._accuracies) < WINDOW or not np.isfinite(self._accuracies).all():
            return []
        accuracy, like = float(np.median(self._accuracies)), reading.precision.relative
        garbage = like < self._alarm and accuracy < FOOLED
        self._garbage = self._garbage + 1 if garbage else 0
        return [
            Condition(
                name="generator-wins",
                severity="warning",
                bad=self._garbage >= HOPELESS,
                clear=like > self._clear or accuracy > SEES,
                sentence=(
                    f"the generator wins with garbage: {100 * like:.0f} % as many samples are like real data "
                    f"as should be (alarm below {100 * self._alarm:.0f} %), and the discriminator guesses "
                    f"({100 * accuracy:.0f} % of its decisions are right)"
                ),
                advice="make the discriminator stronger: more channels or layers, a higher learning rate",
                evidence={"precision": like, "accuracy": accuracy, "checks": float(self._garbage)},
                pace="proof",  # about many checks
            )
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {"accuracies": self._accuracies.tolist(), "garbage": self._garbage}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._accuracies, self._garbage = np.array(state["accuracies"], np.float64), state["garbage"]
