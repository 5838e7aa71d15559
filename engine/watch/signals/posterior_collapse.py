"""Says of a variational autoencoder whether its codings have died: posterior collapse.

The divergence is driven to zero, every input gets the same codings, and the decoder answers with the mean
image (Bowman et al. 2016, arXiv 1511.06349, section 3.1; Lucas et al. 2019, arXiv 1911.02469).
"""

from collections.abc import Mapping

import numpy as np

from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

YOUNG = 500
"""Steps before anything is judged: at first every network answers with the mean image."""
ALIVE = 1
"""Units that may be active in a collapsed posterior."""


def posterior_collapse(step: int, values: Mapping[str, float], settings: Watch = DEFAULTS) -> list[Condition]:
    """Judge a variational autoencoder's validation series at a step; nothing for other models."""
    names = ("kl/active-units", "kl/nats", "valid/reconstruction", "valid/mean-image")
    if step < YOUNG or not all(name in values and np.isfinite(values[name]) for name in names):
        return []
    active, nats, error, mean_image = (float(values[name]) for name in names)
    if mean_image <= 0:
        return []
    level = error / mean_image
    return [
        Condition(
            name="posterior-collapse",
            severity="critical",
            bad=active <= ALIVE and level > settings.posterior_alarm,
            clear=active > ALIVE and level < settings.posterior_clear,
            sentence=(
                f"posterior collapse: {active:.0f} units of the codings are active ({nats:.2g} nats), "
                f"and the error is {100 * level:.0f} % of that of the mean image (alarm above "
                f"{100 * settings.posterior_alarm:.0f} %)"
            ),
            advice="lower objective.beta, or start it at zero and raise it slowly",
            evidence={"active-units": active, "nats": nats, "error": error, "mean-image": mean_image},
            pace="proof",  # over all held-out data, seldom taken
        )
    ]
