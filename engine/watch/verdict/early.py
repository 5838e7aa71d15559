"""What can be told of samples that were never good: that they fell from their own best, or are all alike.

It needs no arming, for it compares a run with itself, and with what every untrained generator grows out of.
"""

from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import Any

from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.arming import FAIR_PRECISION

SMOOTHED = 3
"""Checks that now is a median over, and the best was."""
FELL, RISEN = 0.5, 0.7
"""Of the run's own best coverage: below is a fall, above it is over."""
FLOOR = 0.15
"""Of real data's coverage: a best below may be chance."""
UNLIKE = 2.0
"""Times the effective number of samples below which all are alike: above, they no longer are."""
GROWN, GROWN_STEPS = 6, 1000
"""Checks and steps in which every generator that learns at all stops drawing the same image."""
SELDOM, LONG_STEPS = 3, 3000
"""The same where checks are few: of large images, or in a short run."""
GROWS = 1.25
"""Times the effective number of the checks before: a generator that still grows more diverse is slow."""


class Early:
    """A run's own best coverage, and for how many checks (since which step) all samples have been alike."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque(maxlen=SMOOTHED)
        self.best = 0.0
        self.alike_for, self.unlike_for = 0, 0
        self.alike_since: int | None = None
        self._worths: deque[float] = deque(maxlen=GROWN)
        """The effective numbers, relative to real data, of the last checks in which samples were alike."""
        self._step = 0

    def update(self, reading: Reading, step: int) -> None:
        """Take the reading at this step."""
        self._recent.append((reading.coverage.relative, reading.precision.relative))
        if len(self._recent) == SMOOTHED and median(fair for _, fair in self._recent) >= FAIR_PRECISION:
            self.best = max(self.best, self.now)
        worth, least = reading.effective.relative, reading.alike_below
        self.alike_for = self.alike_for + 1 if worth < least else 0
        self.unlike_for = self.unlike_for + 1 if worth > UNLIKE * least else 0
        if self.alike_for <= 1:
            self.alike_since = step
            self._worths.clear()
        self._worths.append(worth)
        self._step = step

    @property
    def now(self) -> float:
        """Coverage relative to real data, the median of the last few; 0 before there are as many."""
        return median(reached for reached, _ in self._recent) if len(self._recent) == SMOOTHED else 0.0

    @property
    def alike(self) -> bool:
        """Whether samples have been the same image for longer than generators need to begin, and stay so."""
        steps = self._step - (self.alike_since or 0)
        often = self.alike_for >= GROWN and steps >= GROWN_STEPS
        seldom = self.alike_for >= SELDOM and steps >= LONG_STEPS
        return (often or seldom) and not self._growing

    @property
    def _growing(self) -> bool:
        """Whether samples that are alike become less so, from one half of the last checks to the other."""
        half = len(self._worths) // 2
        worths = list(self._worths)
        return half > 0 and median(worths[-half:]) > GROWS * median(worths[:half])

    @property
    def recovered(self) -> bool:
        """Whether samples are no more alike, and what was the best is nearly reached again."""
        return self.unlike_for >= SMOOTHED and self.share > RISEN

    @property
    def fell(self) -> bool:
        """Whether less than half of the best coverage is left."""
        return self.share < FELL

    @property
    def levels(self) -> dict[str, float]:
        """Where a fall is told and where it is over, as coverage relative to real data; empty without one."""
        return {"alarm": FELL * self.best, "clear": RISEN * self.best} if self.fell else {}

    @property
    def share(self) -> float:
        """What is left of the best coverage, 0 or more; 1 while there is no best worth the name."""
        return self.now / self.best if self.best >= FLOOR else 1.0

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {
            "recent": [list(pair) for pair in self._recent],
            "best": self.best,
            "alike": [self.alike_for, self.unlike_for],
            "steps": [self._step, self.alike_since],
            "worths": list(self._worths),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._recent = deque(((reached, fair) for reached, fair in state["recent"]), maxlen=SMOOTHED)
        self.best = state["best"]
        self.alike_for, self.unlike_for = state["alike"]
        self._step, self.alike_since = state["steps"]
        self._worths = deque(state.get("worths", ()), maxlen=GROWN)  # older checkpoints have none
