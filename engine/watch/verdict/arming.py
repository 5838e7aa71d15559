"""Knows when it is too early to say whether samples have collapsed.

Early samples are bad, not collapsed: while they still look unlike real data, or still become more diverse,
nothing is judged by what real data reaches. Once they were good and diverse, good and no longer growing, or
fair and always others, everything is.
"""

from collections import deque
from collections.abc import Mapping
from statistics import median
from typing import Any

from latentop.engine.watch.samples.reading import Reading
from latentop.presets.watch import Watch

GOOD_PRECISION = 0.5
"""Of real data's: below, samples are bad. Grey images reach 0, a GAN's first shapes about 0.2."""
GOOD_DETAIL = 0.4
"""Of real data's: below is blur (a box of 3 pixels gives 0.25)."""
NOISE = 0.15
"""Of the variance of real pixels: more detail than real data have and this is noise. On Fashion-MNIST that is
twice the detail of clothes; of flat drawings, which have hardly any, eight times as much is not seen yet."""
FAIR_PRECISION = 0.1
"""Of real data's: samples that always show others, and are this good at least, take turns."""
PLATEAU, PLATEAU_STEPS = 12, 2000
"""Checks and steps without growth in coverage: then samples count as learned, however little they cover."""
GAIN = 0.05
"""More coverage than this, from one half of a plateau to the other, is still learning: three times chance."""
STUCK = 0.1
"""Of real data's distance between nearest samples: below, good samples repeat. Young GANs keep above 0.15."""
TURNS, TURNS_STEPS = 8, 1000
"""Checks that turnover is measured over, and steps that it must last: young samples change within seconds."""


class Arming:
    """Whether a run's samples were ever good enough to be judged; once armed, it stays so."""

    def __init__(self, settings: Watch) -> None:
        self._settings = settings
        self.armed = False
        self.diverse = False
        """Whether good samples were ever as diverse as a healthy run's."""
        self._plateau: deque[tuple[int, bool, float]] = deque()
        self._precisions: deque[tuple[int, float]] = deque(maxlen=TURNS)
        self._turning_since: int | None = None

    def update(self, reading: Reading, step: int, turnover: float) -> bool:
        """Take the reading at this step and the turnover up to it; whether it is armed now."""
        covers = reading.coverage.relative > self._settings.diversity_clear
        self.diverse = self.diverse or (covers and looks_real(reading))
        if not self.armed:
            self._precisions.append((step, reading.precision.relative))
            self._plateau.append((step, looks_real(reading), reading.coverage.relative))
            while len(self._plateau) > PLATEAU and step - self._plateau[1][0] >= PLATEAU_STEPS:
                self._plateau.popleft()
            self.armed = self._diverse(reading) or self._turning(step, turnover) or self._learned()
        return self.armed

    def _diverse(self, reading: Reading) -> bool:
        """Good for some checks, and diverse or, so near to one another, clearly not."""
        patience = min(self._settings.patience, PLATEAU)
        latest = [good for _, good, _ in self._plateau][-patience:]
        if len(latest) < patience or not all(latest):
            return False
        return (
            reading.coverage.relative > self._settings.diversity_clear or reading.duplicates.relative < STUCK
        )

    def _turning(self, step: int, turnover: float) -> bool:
        """Fair for some checks, and always others."""
        fair = (
            len(self._precisions) == TURNS and median(good for _, good in self._precisions) >= FAIR_PRECISION
        )
        if not fair or turnover <= self._settings.turnover_alarm:
            self._turning_since = None
        elif self._turning_since is None:
            self._turning_since = self._precisions[0][0]
        return self._turning_since is not None and step - self._turning_since >= TURNS_STEPS

    def _learned(self) -> bool:
        """Good for most of a plateau in coverage."""
        count = len(self._plateau)
        if count < PLATEAU or self._plateau[-1][0] - self._plateau[0][0] < PLATEAU_STEPS:
            return False
        if sum(good for _, good, _ in self._plateau) * 2 <= count:
            return False
        coverages = [coverage for _, _, coverage in self._plateau]
        return median(coverages[count // 2 :]) - median(coverages[: count // 2]) < GAIN

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {
            "armed": self.armed,
            "diverse": self.diverse,
            "plateau": [list(one) for one in self._plateau],
            "precisions": [list(one) for one in self._precisions],
            "turning-since": self._turning_since,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self.armed = state["armed"]
        self.diverse = state.get("diverse", self.armed)  # older checkpoints have none
        self._plateau = deque((step, good, coverage) for step, good, coverage, *_ in state["plateau"])
        self._precisions = deque(((step, good) for step, good in state["precisions"]), maxlen=TURNS)
        self._turning_since = state["turning-since"]


def looks_real(reading: Reading) -> bool:
    """Whether most samples look like real data, neither blurred nor noisy."""
    sharp = reading.detail.relative >= GOOD_DETAIL
    return reading.precision.relative >= GOOD_PRECISION and sharp and reading.noise <= NOISE
