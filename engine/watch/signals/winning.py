"""A discriminator that wins: it is so sure of itself that the generator learns little."""

import numpy as np

from engine.watch.alarms import Condition
from engine.watch.recent import Recent
from presets.watching import DEFAULTS, Watch

LOSS, ACCURACY = "loss/discriminator", "accuracy/discriminator"

WINDOW = 300
"""Steps that the medians run over."""
YOUNG = 200
"""Steps before the window starts: every discriminator wins at first."""
WINS_ACCURACY, EASES_ACCURACY = 0.97, 0.95
"""Median share of right decisions: alarm above, clear below."""


def winning(recent: Recent, settings: Watch = DEFAULTS) -> list[Condition]:
    """The condition ``discriminator-wins`` (warning); nothing for critics, who are never accurate or not."""
    alarm, clear = settings.winning_alarm, settings.winning_clear
    losses, accuracies = recent.latest(LOSS, WINDOW), recent.latest(ACCURACY, WINDOW)
    if losses is None or accuracies is None or recent.steps[-WINDOW] <= YOUNG:
        return []
    loss, accuracy = float(np.median(losses)), float(np.median(accuracies))
    # A critic's loss (Wasserstein) goes below 0, where this rule says nothing.
    wins = 0 <= loss < alarm and accuracy > WINS_ACCURACY
    sentence = (
        f"the discriminator wins: its loss is {loss:.3f} (alarm below {alarm:g}) and it tells "
        f"{100 * accuracy:.0f} % of images right, so the generator learns little"
    )
    return [
        Condition(
            name="discriminator-wins",
            severity="warning",
            bad=wins,
            clear=loss > clear or accuracy < EASES_ACCURACY,
            sentence=sentence,
            advice="lower the discriminator's learning rate, or smooth the real labels to 0.9",
            evidence={"loss": loss, "accuracy": accuracy, "steps": float(WINDOW)},
            pace="proof",
        )
    ]
