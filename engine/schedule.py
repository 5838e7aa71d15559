"""How a learning rate goes over a run: it stays, or falls to zero by the last step, all along or at last."""

from math import cos, pi
from typing import Literal

Schedule = Literal["constant", "linear", "cosine", "cooldown"]

COOLDOWN = 0.2
"""Share of the steps, at their end, over which a cooldown falls."""


def share(schedule: Schedule, progress: float) -> float:
    """What is left of the learning rate, 1 to 0, when a share ``progress`` (0 to 1) of the steps is done.

    The cosine is one half wave, without restarts: Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5.
    The cooldown stays, then falls by a line: Hägele et al. 2024, arXiv 2405.18392, section 3.
    """
    match schedule:
        case "constant":
            return 1.0
        case "linear":
            return 1.0 - progress
        case "cosine":
            return (1.0 + cos(pi * progress)) / 2
        case "cooldown":
            return min(1.0, (1.0 - progress) / COOLDOWN)


def progress(span: range, step: int) -> float:
    """Share of a network's steps that is done before ``step``: 0 before they begin, 1 after the last."""
    return min(max(step - span.start, 0), len(span)) / max(1, len(span))
