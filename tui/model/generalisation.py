"""Whether an autoencoder does worse on unseen images than on those it learns: the ratio of its errors."""

from typing import Final, Literal

from latentop.engine.run.verdicts import LEAST_STEPS
from latentop.tui.model import derived
from latentop.tui.model.shown_table import TRAINING, VALIDATION
from latentop.tui.model.state import State

OVERFITTING: Final = "over-fitting"
"""The alarm by which the watch says so."""
Fit = Literal["ok", "early", "high", "over-fitting"]


def ratio(state: State) -> float | None:
    """The newest validation error by the training error of the same steps; None where either is missing."""
    seen, learned = state.series.get(VALIDATION), state.series.get(TRAINING)
    validation = derived.typical(state, VALIDATION)
    if seen is None or learned is None or validation is None or not len(learned):
        return None
    at = max(int(seen.step[-1]), int(learned.step[0]))  # what is validated first has not learned yet
    training = derived.typical(state, TRAINING, until=at)
    return validation / training if training is not None and training > 0 else None


def fit(state: State) -> Fit:
    """What to make of it; ``high`` is above the alarm's limit without its other reason.

    That other reason is training error that falls alone. It is ``early`` before the watch can look for that.
    """
    if any(alarm.name == OVERFITTING for alarm in derived.standing(state)):
        return OVERFITTING
    if _early(state):
        return "early"
    found = ratio(state)
    return "high" if found is not None and found > state.facts.overfitting_alarm else "ok"


def _early(state: State) -> bool:
    """Whether held-out data were validated too soon, or never, to say anything about over-fitting."""
    if state.facts.awaited is not None:
        return OVERFITTING in state.facts.awaited
    seen, learned = state.series.get(VALIDATION), state.series.get(TRAINING)
    if seen is None or learned is None or not len(learned) or not len(seen):
        return True
    return int(seen.step[-1]) - int(learned.step[0]) < LEAST_STEPS
