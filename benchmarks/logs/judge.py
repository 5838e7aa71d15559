"""What the rules say of a log, and what the naive rule says of the same numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.logs.formats import write
from benchmarks.logs.trace import Floats, Trace
from latentop.engine.external.logs import whole_log
from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.log import tidy
from latentop.engine.external.loss_rules.loss_watch import LossWatch, Rows
from latentop.engine.run.events import AlarmRaised

THINNINGS = (1, 10, 100)
NAIVE_STEPS = 2000
"""Steps that the naive rule looks at; of a shorter training it looks at a quarter."""
NAIVE_D, NAIVE_G = 0.05, 10.0


@dataclass(frozen=True, slots=True)
class Claim:
    """An alarm, and the step of the look that raised it."""

    name: str
    severity: str
    step: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One log of a training: every so manieth step of it, what the rules said and what the naive rule did."""

    trace: Trace
    every: int
    claims: tuple[Claim, ...]
    naive: tuple[Claim, ...]


def judged(trace: Trace, place: int) -> Iterator[Judged]:
    """Its logs, thinned, the first in the format at this place."""
    for at, every in enumerate(THINNINGS):
        with TemporaryDirectory() as folder:
            claims = tuple(_rules(write(trace, every, place + at, Path(folder))))
        naive = tuple(_naive(trace, every))
        yield Judged(trace, every, claims, naive)


def _rules(path: Path) -> Iterator[Claim]:
    log = tidy(whole_log.read(path, ColumnsWanted()))
    watch = LossWatch()
    columns = {one.name: Rows(one.steps, one.values) for one in log.series}
    for event in (*watch.observe(columns), *watch.end()):
        if isinstance(event, AlarmRaised):
            yield Claim(event.name, event.severity, event.step)


def _naive(trace: Trace, every: int) -> Iterator[Claim]:
    """Medians over 2 000 steps: the discriminator's below 0.05, the generator's beyond 10; or NaN."""
    d, g = (trace.series[name][every - 1 :: every] for name in ("d", "g"))
    bad = np.flatnonzero(~(np.isfinite(d) & np.isfinite(g)))
    if len(bad):
        yield Claim("naive", "critical", every * (int(bad[0]) + 1))
        return
    window = max(1, min(NAIVE_STEPS, trace.steps // 4) // every)
    for end in range(window, len(d) + 1, max(1, window // 10)):
        if _median(d[end - window : end]) < NAIVE_D or _median(np.abs(g[end - window : end])) > NAIVE_G:
            yield Claim("naive", "critical", every * end)
            return


def _median(values: Floats) -> float:
    return float(np.median(values))
