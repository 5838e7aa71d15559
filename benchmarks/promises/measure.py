"""Train one preset from one seed, and measure what it promises."""

import sys
import time

from benchmarks.promises.run import train
from benchmarks.promises.table import PROMISES

PACES = (1.0, 0.4, 2.5)
"""Of the speed that a promise names: seeds train in turn as on such a machine, a slower and a faster one."""


def measure(preset: str, place: int, seed: int, moved: float) -> list[float]:
    """Train a preset from one seed, the ``place``-th of several, and measure each of its claims."""
    began = time.monotonic()
    promise = next(one for one in PROMISES if one.preset == preset)
    words = [f"keep.frames={promise.frames:g}", *([f"steps={promise.steps}"] if promise.steps else [])]
    speed = promise.speed * PACES[place % len(PACES)]
    run = train(preset, seed, speed=speed, words=words, moved=moved, until=promise.ends)
    found = [claim.measure(run) for claim in promise.claims]
    alarms = ", ".join(f"{alarm.name} at {alarm.step}" for alarm in run.raised) or "no alarm"
    told = " ".join(f"{one:.4g}" for one in found)
    print(
        f"{preset} seed {seed}: {told}; {alarms}; {time.monotonic() - began:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return found
