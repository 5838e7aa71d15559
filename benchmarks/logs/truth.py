"""What is true of a training, from what its samples covered: never from its losses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.logs.trace import Floats, Trace

LAST = 0.25
"""Of the training, at its end: what its samples are there is how it ended."""
SOUND, FAILED = 0.75, 0.5
"""Of the coverage that the loop's tame members end with, their median: sound from here on, failed below."""
KEPT, LOST = 0.8, 0.6
"""Coverage at the end, of the best that it was for three looks: sound from here on, failed below."""
LOOKS = 3
LEAST = 0.3
"""Coverage that tame members must reach, for others to be held against it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """``damage`` is the step of the look from which on its samples were bad to the end, where they ever were
    good; ``worst`` the coverage at the end."""

    kind: Literal["healthy", "failed", "unclear"]
    damage: int | None
    worst: float


def truths(traces: Sequence[Trace]) -> dict[str, Truth]:
    """Of the trainings of one loop, by their names."""
    reached = float(np.median([_end(one.coverage) for one in traces if one.member % 2 == 0]))
    return {one.name: truth(one, reached) for one in traces}


def truth(trace: Trace, reached: float) -> Truth:
    """Of one training, where tame ones reach so much."""
    coverage = np.nan_to_num(trace.coverage, nan=-1.0)
    end = _end(coverage)
    if reached < LEAST:
        return Truth("unclear", None, end)
    best = float(max(np.median(coverage[at : at + LOOKS]) for at in range(len(coverage) - LOOKS + 1)))
    if end < FAILED * reached or end < LOST * best:
        fine = best >= FAILED * reached
        bad = coverage < (LOST * best if fine else FAILED * reached)
        good = np.flatnonzero(~bad)
        damage = trace.every * (int(good[-1]) + 2) if len(good) and fine else None
        return Truth("failed", damage, end)
    healthy = end >= SOUND * reached and end >= KEPT * best
    return Truth("healthy" if healthy else "unclear", None, end)


def _end(coverage: Floats) -> float:
    return float(np.median(coverage[-max(1, int(LAST * len(coverage))) :]))
