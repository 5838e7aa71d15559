"""Where thresholds of diversity really are: real data themselves vary, and the more so the fewer they are."""

CERTAIN, CLEAR_OF = 4.0, 2.0
"""σ below real data where an alarm is raised at most, and where it clears: few images make large σ."""


def raised_below(threshold: float, sigma: float) -> float:
    """Below which share of real data an alarm is raised: the threshold, less where chance could reach it."""
    return _low(threshold, sigma, CERTAIN)


def cleared_above(threshold: float, sigma: float, *, raised: float) -> float:
    """Above which share of real data the alarm is over; ``raised`` is where it was raised, never above."""
    return max(raised, _low(threshold, sigma, CLEAR_OF))


def _low(threshold: float, sigma: float, sigmas: float) -> float:
    """The threshold, or what real data themselves stay above, which are at 1 with that σ."""
    return max(0.0, min(threshold, 1 - sigmas * sigma))
