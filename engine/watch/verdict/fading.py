"""Which classes the samples are about to lose, and when: told while the run can still be saved.

A class that is lost fades first, ever more slowly: as a power of the step. A line through the logarithms
of its shares, over those of the steps, says where that leads.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.wording import spaced

LINE = 8
"""Checks that a line is drawn through."""
AHEAD = 2
"""Times as far as the line looks back, a forecast looks ahead at most."""
MEMORY = 64
"""Checks in which the beginning of a fall is looked for."""
SHORT = 0.75
"""Of its share of real data: a class above has nothing to lose yet."""
FULL = 1.25
"""A share above counts as that: a class that gives up what it has too much, as at first, doesn't fade."""
SURE = 4.5
"""Standard errors by which the slope must be below 0."""
HALF = 0.5
"""A class without a sample counts as one of half a sample, for the logarithm."""
NAMED = 3
"""Classes that the sentence names, at most."""
FADING = "fading/"
"""Begins the names in an alarm's evidence that say by which step a class is lost; the class follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A class that fades: since which step, and at which it is lost if that goes on."""

    name: str
    since: int
    lost: int


class Fading:
    """Readings to the condition ``fading-modes`` (warning), with a forecast.

    ``falls`` are those that the reading last taken completes.
    """

    def __init__(self) -> None:
        self._shares: deque[tuple[int, Sequence[float]]] = deque(maxlen=MEMORY)
        self.falls: tuple[Fall, ...] = ()

    def update(self, reading: Reading, step: int) -> None:
        """Take the reading at this step."""
        self._shares.append((step, tuple(reading.presence.values())))
        self.falls = tuple(self._falls(reading)) if len(self._shares) >= LINE and reading.presence else ()

    def judge(self, *, quiet: bool) -> Condition:
        """What the reading last taken says; ``quiet`` where more than this is wrong."""
        first = min(self.falls, key=lambda fall: fall.lost, default=None)
        return Condition(
            name="fading-modes",
            severity="warning",
            bad=first is not None and not quiet,
            clear=first is None or quiet,
            sentence=_sentence(self.falls, first) if first else "",
            advice="lower the generator's learning rate now, or go back to a state from before it began",
            evidence={f"{FADING}{fall.name}": float(fall.lost) for fall in self.falls},
            pace="proof",  # a line through many checks
            since=min((fall.since for fall in self.falls), default=None),
        )

    def _falls(self, reading: Reading) -> Iterator[Fall]:
        steps = np.array([step for step, _ in self._shares], dtype=np.float64)
        if steps[-1] <= steps[-LINE]:
            return
        expected = reading.count / len(reading.presence)  # samples of a class, as if all were as large
        logs = np.log(np.clip([shares for _, shares in self._shares], HALF / expected, FULL))
        ages, recent = np.log(np.maximum(steps[-LINE:], 1)), logs[-LINE:]
        times = ages - ages.mean()
        slopes = times @ recent / (times @ times)
        line = recent.mean(0) + np.outer(times, slopes)
        chance = 1 / np.maximum(expected * np.exp(line[-1]), 1)  # the variance of a count's logarithm
        variance = np.maximum(((recent - line) ** 2).sum(0) / (LINE - 2), chance)
        falling = slopes < -SURE * np.sqrt(variance / (times @ times))
        for place, name in enumerate(reading.presence):
            now, slope = float(line[-1, place]), float(slopes[place])
            if not falling[place] or not log(PRESENT) < now < log(SHORT):
                continue
            left = steps[-1] * np.expm1(min(1.0, (now - log(PRESENT)) / -slope))
            if left <= AHEAD * (steps[-1] - steps[-LINE]):
                since = int(steps[np.flatnonzero(logs[:, place] == logs[:, place].max())[-1]])
                yield Fall(name=name, since=since, lost=round(steps[-1] + left))

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {"shares": [[step, list(shares)] for step, shares in self._shares]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._shares = deque(((step, shares) for step, shares in state["shares"]), maxlen=MEMORY)


def _sentence(falls: Sequence[Fall], first: Fall) -> str:
    names = [fall.name for fall in falls]
    listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    one = f"{first.name} is " if len(names) > 1 else ""
    return f"fading: {listed}; at this rate {one}lost by step {spaced(first.lost)}"
