"""Which failures show in losses at all: told from the discriminator's decisions, which rules don't see."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.logs.trace import Floats, Trace
from benchmarks.logs.truth import truths

SURE, FOOLED = 0.97, 0.35
"""Median share of decisions that are right over a tenth of the training: it has won, it has lost."""
AWAY = 10
"""Times the size that a loss of any sound training of the loop has over a tenth."""
PARTS = 10
"""The first is left out: every discriminator wins or loses then."""


def shown(traces: Sequence[Trace], *, critic: bool) -> set[str]:
    """The names of the failed ones among the trainings of one loop that show in losses.

    The discriminator was nearly always right for a tenth of the training, or more often wrong than right, or
    a loss was no number or ran away. The scores of a ``critic`` have no sign that decides. Modes that are
    lost between two networks that hold each other in balance show in no loss.
    """
    kinds = {name: one.kind for name, one in truths(traces).items()}
    usual = max((size for one in traces if kinds[one.name] == "healthy" for size in _sizes(one)), default=1.0)
    return {
        one.name
        for one in traces
        if kinds[one.name] == "failed" and (_away(one, usual) or (not critic and _decided(one)))
    }


def _away(trace: Trace, usual: float) -> bool:
    sound = all(np.isfinite(trace.series[name]).all() for name in ("d", "g"))
    return not sound or max(_sizes(trace)) > AWAY * usual


def _decided(trace: Trace) -> bool:
    return any(share >= SURE or share <= FOOLED for share in _medians(trace.series["right"]))


def _sizes(trace: Trace) -> Iterator[float]:
    yield from _medians(np.abs(trace.series["d"]))


def _medians(values: Floats) -> Iterator[float]:
    """Over every tenth but the first, one beginning in the middle of the other."""
    width = len(values) // PARTS
    for begin in range(width, len(values) - width + 1, max(1, width // 2)):
        yield float(np.median(values[begin : begin + width]))
