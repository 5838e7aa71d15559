"""Processes that train take turns on the whole machine, so that all of them meet the same noise.

All are started, and stopped (SIGSTOP). Then each in turn goes on (SIGCONT) for some seconds, again and again
and in another order each time. The first half second of a turn counts for nobody: caches are cold.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import psutil
from numpy.typing import NDArray

COLD_SECONDS = 0.5
STARTED_SECONDS = 120.0
"""So long a process may take to its first steps."""

Stamps = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Steps, and when each was done (seconds since the epoch), both ascending."""


@dataclass(frozen=True, slots=True, eq=False)
class Racer:
    """One that takes turns: all of its processes, and how to learn when it did which step."""

    name: str
    processes: Callable[[], Sequence[psutil.Process]]
    stamps: Callable[[], Stamps]
    turns: list[tuple[float, float]] = field(default_factory=list)

    def signal(self, number: int) -> None:
        """Stop all of its processes, or let them go on."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                os.kill(process.pid, number)

    def speeds(self) -> list[float]:
        """Steps a second in each of its turns; NaN where it did not come far enough to tell."""
        steps, walls = self.stamps()
        return [_speed(steps, walls, begin + COLD_SECONDS, end) for begin, end in self.turns]


def take_turns(racers: Sequence[Racer], rounds: int, seconds: float, *, warm_steps: int = 5) -> None:
    """Let all of them train in turn, so many turns each. Raises TimeoutError for one that never begins."""
    for racer in racers:
        _warm_up(racer, warm_steps)
        racer.signal(signal.SIGSTOP)
    for number in range(rounds):
        first = number % len(racers)
        for racer in [*racers[first:], *racers[:first]]:
            racer.signal(signal.SIGCONT)
            begin = time.time()
            time.sleep(seconds)
            racer.turns.append((begin, time.time()))
            racer.signal(signal.SIGSTOP)
    for racer in racers:  # what they have done and not yet written
        racer.signal(signal.SIGCONT)
    time.sleep(2 * COLD_SECONDS)


def ratios(one: Racer, other: Racer) -> list[float]:
    """The speed of one by that of the other, turn by turn."""
    paired = np.array(one.speeds()) / np.array(other.speeds())
    return [float(ratio) for ratio in paired if np.isfinite(ratio)]


def _warm_up(racer: Racer, steps: int) -> None:
    until = time.time() + STARTED_SECONDS
    while not (len(done := racer.stamps()[0]) and done[-1] >= steps):
        if time.time() > until:
            raise TimeoutError(f"{racer.name} did not do {steps} steps in {STARTED_SECONDS:.0f} s")
        time.sleep(0.1)
    time.sleep(COLD_SECONDS)


def _speed(steps: NDArray[np.int64], walls: NDArray[np.float64], begin: float, end: float) -> float:
    """From the first to the last step done in that time: no part of a step is counted, and none forgotten."""
    inside = np.flatnonzero((walls >= begin) & (walls <= end))
    if len(inside) < 2:
        return float("nan")
    first, last = inside[0], inside[-1]
    return float((steps[last] - steps[first]) / (walls[last] - walls[first]))
