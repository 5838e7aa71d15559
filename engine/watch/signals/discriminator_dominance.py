"""A discriminator that wins: it is so sure of itself that the generator learns little."""

import numpy as np

from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

LOSS, ACCURACY = "loss/discriminator", "accuracy/discriminator"

WINDOW = 300
"""Steps that the medians run over."""
YOUNG = 200
"""Steps before the window starts: every discriminator wins at first."""
WINS_ACCURACY, EASES_ACCURACY = 0.97, 0.95
"""Median share of right decisions: alarm above, clear below."""


def winning(recent: Recent, settings: Watch = DEFAULTS, least: float = 0.0) -> list[Condition]:
    """The condition ``discriminator-wins`` (warning); nothing for critics, who are never accurate or not.

    What counts is how far its loss is above the ``least`` that it can be, which smoothed labels raise.
    """
    alarm, clear = settings.winning_alarm, settings.winning_clear
    losses, accuracies = recent.latest(LOSS, WINDOW), recent.latest(ACCURACY, WINDOW)
    if losses is None or accuracies is None or recent.steps[-WINDOW] <= YOUNG:
        return []
    loss, accuracy = float(np.median(losses)), float(np.median(accuracies))
    # A critic's loss (Wasserstein) goes below 0, where this rule says nothing.
    wins = loss >= 0 and loss - least < alarm and WINS_ACCURACY < accuracy <= 1  # a share, not percent
    said = f"{loss - least:.3f} above the {least:.3f} that smoothed labels leave" if least else f"{loss:.3f}"
    sentence = (
        f"the discriminator wins: its loss is {said} (alarm below {alarm:.3g}) and it tells "
        f"{100 * accuracy:.0f} % of images right, so the generator learns little"
    )
    also = "set objective.r1 = 1" if least else "smooth the real labels to 0.9"
    return [
        Condition(
            name="discriminator-wins",
            severity="warning",
            bad=wins,
            clear=loss - least > clear or accuracy < EASES_ACCURACY,
            sentence=sentence,
            advice=f"lower the discriminator's learning rate, or {also}",
            evidence={"loss": loss, "accuracy": accuracy, "steps": float(WINDOW)},
            pace="proof",
        )
    ]
