"""Logits that run away: a discriminator so sure that its probabilities are exactly 0 and 1.

Only a logistic discriminator has probabilities. A critic's scores have no unit, so nothing is said of it.
"""

import numpy as np

from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

LOSS, REAL, FAKE = "loss/generator", "score/real", "score/fake"
LOGISTIC = "accuracy/discriminator"
"""The series that a logistic discriminator has and a critic has not."""

WINDOW = 200
"""Steps that the medians run over."""
YOUNG = 200
"""Steps before the window starts: the first ones swing."""
ROUNDED = 1e-6
"""How near to 1 a probability in 32 bits counts as 1: there, steps are of 6e-8."""


def runaway_logits(recent: Recent, settings: Watch = DEFAULTS) -> list[Condition]:
    """The condition ``runaway-logits`` (warning); nothing for critics and in the run's first 400 steps.

    The generator's loss, without its sign, is minus the log of a probability: as good as the logit. At 20
    nats the probability is 2e-9, and its slope for a saturating loss no more.
    """
    alarm, clear = settings.logits_alarm, settings.logits_clear
    certain = float(np.exp(-alarm))
    losses, reals, fakes = (recent.latest(name, WINDOW) for name in (LOSS, REAL, FAKE))
    if LOGISTIC not in recent or losses is None or reals is None or fakes is None:
        return []
    if recent.steps[-WINDOW] <= YOUNG:
        return []
    loss, real, fake = float(np.median(losses)), float(np.median(reals)), float(np.median(fakes))
    saturated = fake < certain and real > 1 - ROUNDED
    sentence = (
        f"logits run away: the generator's loss is {loss:.3g} nats (alarm beyond {alarm:.3g}), "
        f"{_sureness(loss)}"
    )
    if saturated and abs(loss) <= alarm:
        sentence = (
            f"logits run away: the discriminator gives fakes a probability of {fake:.1g} (alarm below "
            f"{certain:.0e}) and real ones 1, where the generator's slope is nothing"
        )
    return [
        Condition(
            name="runaway-logits",
            severity="warning",
            bad=abs(loss) > alarm or saturated,
            clear=abs(loss) < clear and not saturated,
            sentence=sentence,
            advice="smooth the real labels to 0.9, set objective.r1 = 1, or slow the discriminator",
            evidence={"loss": loss, "score/real": real, "score/fake": fake, "steps": float(WINDOW)},
            pace="proof",
        )
    ]


def _sureness(loss: float) -> str:
    return (
        "so sure is the discriminator that fakes are fake"
        if loss > 0
        else "so sure is the discriminator that fakes are real"
    )
