"""What pretraining is worth with few labels, in words. Pure."""

from math import isfinite

from latentop.tui.model import derived
from latentop.tui.model.state import State

ARMS = ("fine-tuned", "frozen", "scratch")
"""The arms of pretraining, the one that the others are held against last."""


def pretrained(state: State) -> tuple[str, ...]:
    """What an encoder is worth with few labels: every arm's mean ± sd over classifiers; then its lead.

    Nothing before that is measured.
    """
    found = _arms(state)
    if not found:
        return ()
    told = (f"{arm} {100 * share:.1f} ±{100 * sd:.1f} %" for arm, share, sd in found)
    ahead = 100 * (found[0][1] - found[-1][1])
    lead = f"pretraining is {'ahead' if ahead >= 0 else 'behind'} by {abs(ahead):.1f} points"
    return ", ".join(told), lead


def in_brief(state: State) -> tuple[str, ...]:
    """The same in whole percents."""
    found = _arms(state)
    told = (f"{arm} {100 * share:.0f} ±{100 * sd:.0f}" for arm, share, sd in found)
    return (f"{', '.join(told)} %",) if found else ()


def _arms(state: State) -> list[tuple[str, float, float]]:
    """Every arm with mean and sd of its newest accuracy; nothing where one is not measured yet."""
    found = []
    for arm in ARMS:
        mean, sd = derived.last(state, f"accuracy/{arm}"), derived.last(state, f"accuracy/{arm}-sd")
        if mean is None or not isfinite(mean):
            return []
        found.append((arm, mean, sd if sd is not None and isfinite(sd) else 0.0))
    return found
