"""Which classes the samples are about to lose, and when: told while the run can still be saved.

A class that is lost fades first, ever more slowly: as a power of the step. A line through the logarithms of
its shares, over those of the steps, says where that leads.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import expm1, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.wording import spaced

LINES = (8, 16, 32)
"""Checks that a line is drawn through: few see a fast fall soon, many a slow one at all."""
AHEAD = 1
"""Times as far as the line looks back, a forecast looks ahead at most."""
MEMORY = 64
"""Checks that say what a class had before."""
SHORT = 0.5
"""Of its share of real data: a class above has nothing to lose yet."""
FULL = 1.25
"""A share above counts as that: a class that gives up what it has too much, as at first, doesn't fade."""
SURE = 4.5
"""Standard errors by which the slope of the shortest line must be below 0. Of a longer one it is more, as the
root of its length: shares also wander slowly."""
OVER = 8
"""Checks in which nothing falls: then a warning of it is over."""
NAMED = 3
"""Classes that the sentence names, at most."""
FADING = "fading/"
"""Begins the names in an alarm's evidence that say by which step a class is lost; the class follows."""

Row = NDArray[np.float64]


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
        self._quiet = 0
        """Checks in a row without a fall."""
        self.falls: tuple[Fall, ...] = ()

    def update(self, reading: Reading, step: int) -> None:
        """Take the reading at this step."""
        self._shares.append((step, tuple(reading.presence.values())))
        self.falls = tuple(self._found(reading)) if reading.presence else ()
        self._quiet = 0 if self.falls else self._quiet + 1

    def judge(self, *, quiet: bool) -> Condition:
        """What the reading last taken says; ``quiet`` where more than this is wrong."""
        first = min(self.falls, key=lambda fall: fall.lost, default=None)
        return Condition(
            name="fading-modes",
            severity="warning",
            bad=first is not None and not quiet,
            clear=self._quiet >= OVER,
            sentence=_sentence(self.falls, first) if first else "",
            advice="lower the generator's learning rate now, or go back to a state from before it began",
            evidence={f"{FADING}{fall.name}": float(fall.lost) for fall in self.falls},
            pace="proof",  # a line through many checks
            since=min((fall.since for fall in self.falls), default=None),
        )

    def _found(self, reading: Reading) -> Iterator[Fall]:
        steps = np.array([step for step, _ in self._shares], dtype=np.float64)
        shares = np.array([shares for _, shares in self._shares], dtype=np.float64)
        absent, whole = _variances(reading)
        logs = np.log(np.clip(shares, np.sqrt(whole) / 2, FULL))  # none seen: less than chance
        found: dict[str, Fall] = {}
        for length in LINES:
            if len(steps) >= length and steps[-length] < steps[-1]:
                for fall in _falls(steps, logs, length, absent, whole, list(reading.presence)):
                    found.setdefault(fall.name, fall)
        yield from found.values()

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {"shares": [[step, list(shares)] for step, shares in self._shares], "quiet": self._quiet}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._shares = deque(((step, shares) for step, shares in state["shares"]), maxlen=MEMORY)
        self._quiet = state["quiet"]


def _variances(reading: Reading) -> tuple[Row, Row]:
    """Of each class, what chance gives to its share where it is absent and where it is as in real data."""
    even = len(reading.presence) / reading.count  # where nobody knows better
    known = [reading.variances.get(name, (0.0, even)) for name in reading.presence]
    absent, whole = np.array(known, dtype=np.float64).T
    return absent, whole


def _falls(
    steps: Row, logs: Row, length: int, absent: Row, whole: Row, names: Sequence[str]
) -> Iterator[Fall]:
    """Of ``names``, those whose shares fall along a line through that many of the last checks."""
    ages, recent = np.log1p(steps), logs[-length:]
    times = ages[-length:] - ages[-length:].mean()
    slopes = times @ recent / (times @ times)
    line = recent.mean(0) + np.outer(times, slopes)
    chance = ((absent + np.exp(line) * (whole - absent)) / np.exp(2 * line)).mean(0)
    variance = np.maximum(((recent - line) ** 2).sum(0) / (length - 2), chance)
    sure = SURE * sqrt(length / LINES[0])
    falling = slopes < -sure * np.sqrt(variance / (times @ times))
    falling &= (line[-1] > log(PRESENT)) & (line[-1] < log(SHORT))
    for place in map(int, np.flatnonzero(falling)):
        now, slope = float(line[-1, place]), float(slopes[place])
        left = (steps[-1] + 1) * expm1(min(1.0, (now - log(PRESENT)) / -slope))
        if left > AHEAD * (steps[-1] - steps[-length]):
            continue
        before = max(float(np.median(logs[:, place])), float(line[0, place]))
        began = ages[-1] - (before - now) / -slope  # where the line leaves what the class had before
        since = int(steps[max(0, int((ages <= began).sum()) - 1)])
        yield Fall(name=names[place], since=since, lost=round(steps[-1] + left))


def _sentence(falls: Sequence[Fall], first: Fall) -> str:
    names = [fall.name for fall in falls]
    listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    one = f"{first.name} is " if len(names) > 1 else ""
    return f"fading: {listed}; at this rate {one}lost by step {spaced(first.lost)}"
