"""What can be told of samples that were never good: that they fell from their own best, or are all alike.

It needs no arming, for it compares a run with itself, and with what every untrained generator grows out of.
"""

from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import Any

from engine.watch.diversity import Reading

SMOOTHED = 3
"""Checks that now is a median over, and the best was."""
FAIR_PRECISION = 0.1
"""Of real data's: what worse samples cover is luck, and no best."""
FLOOR = 0.15
"""Of real data's coverage: a best below may be chance."""
ALIKE = 0.1
"""Effective number of samples, relative to real data: below, all are the same image, or nearly."""
GROWN, GROWN_STEPS = 6, 1000
"""Checks and steps in which every generator that learns at all stops drawing the same image."""


class Early:
    """A run's own best coverage, and for how many checks (since which step) all samples have been alike."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque(maxlen=SMOOTHED)
        self.best = 0.0
        self.alike_for = 0
        self._step, self.alike_since = 0, 0

    def update(self, reading: Reading, step: int) -> None:
        """Take the reading at this step."""
        self._recent.append((reading.coverage.relative, reading.precision.relative))
        if len(self._recent) == SMOOTHED and median(fair for _, fair in self._recent) >= FAIR_PRECISION:
            self.best = max(self.best, self.now)
        alike = reading.effective.relative < ALIKE
        self.alike_for = self.alike_for + 1 if alike else 0
        self._step, self.alike_since = step, self.alike_since if alike else step

    @property
    def now(self) -> float:
        """Coverage relative to real data, the median of the last few; 0 before there are as many."""
        return median(reached for reached, _ in self._recent) if len(self._recent) == SMOOTHED else 0.0

    @property
    def alike(self) -> bool:
        """Whether samples have been the same image for longer than any generator needs to begin."""
        return self.alike_for >= GROWN and self._step - self.alike_since >= GROWN_STEPS

    @property
    def share(self) -> float:
        """What is left of the best coverage, 0 or more; 1 while there is no best worth the name."""
        return self.now / self.best if self.best >= FLOOR else 1.0

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {
            "recent": [list(pair) for pair in self._recent],
            "best": self.best,
            "alike": self.alike_for,
            "steps": [self._step, self.alike_since],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._recent = deque(((reached, fair) for reached, fair in state["recent"]), maxlen=SMOOTHED)
        self.best, self.alike_for = state["best"], state["alike"]
        self._step, self.alike_since = state["steps"]
