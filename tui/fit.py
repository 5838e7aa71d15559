"""Whether an autoencoder does worse on unseen images than on those it learns: the ratio of its errors."""

from typing import Final, Literal

from tui import selectors
from tui.state import State

TRAINING, VALIDATION = "loss/reconstruction", "valid/reconstruction"
OVERFITTING: Final = "over-fitting"
"""The alarm by which the watch says so."""
Fit = Literal["ok", "high", "over-fitting"]


def ratio(state: State) -> float | None:
    """The newest validation error by the training error of the same steps; None where either is missing."""
    seen, learned = state.series.get(VALIDATION), state.series.get(TRAINING)
    validation = selectors.typical(state, VALIDATION)
    if seen is None or learned is None or validation is None or not len(learned):
        return None
    at = max(int(seen.step[-1]), int(learned.step[0]))  # what is validated first has not learned yet
    training = selectors.typical(state, TRAINING, until=at)
    return validation / training if training is not None and training > 0 else None


def fit(state: State) -> Fit:
    """What to make of it; ``high`` is above the alarm's limit without its other reason.

    That other reason is training error that falls alone.
    """
    if any(alarm.name == OVERFITTING for alarm in selectors.standing(state)):
        return OVERFITTING
    found = ratio(state)
    return "high" if found is not None and found > state.facts.overfitting_alarm else "ok"
