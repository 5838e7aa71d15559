"""A variational autoencoder whose codings tell nothing: its divergence has gone to nothing, and stays."""

import numpy as np

from latentop.engine.external.loss_rules.course import Course, newest
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.wording import spaced

NAME = "posterior-collapse"

NOTHING, EASES = 1e-3, 1e-2
"""Of the reconstruction loss: the divergence is below, above."""
FEWEST, FEWEST_VALUES = 3, 10
"""Chunks in a row, and values in them."""
USUAL = 0.25
"""Of the reconstruction loss's levels: those up to it are as good as it usually is."""
EXPLODED = 10.0
"""Times that: the loss has run away."""
LASTS = 0.25
"""Of the log: so long is no warm-up of the divergence's weight."""


def posterior_collapse(reconstruction: Course, divergence: Course, *, ended: bool) -> list[Condition]:
    """The condition ``posterior-collapse`` of a variational autoencoder's two losses, in any unit.

    A divergence that has been nothing from the beginning may still be weighted by nothing, until the log has
    ``ended``.
    """
    chunks, errors = divergence.chunks(), reconstruction.chunks()
    if len(chunks.levels) < FEWEST or not len(errors.levels):
        return []
    levels = np.abs(errors.levels)
    size, usual = float(np.median(levels[-FEWEST:])), float(np.quantile(levels, USUAL))
    if size > EXPLODED * usual:  # against what has run away any divergence is nothing
        size = usual
    if size == 0:
        return []
    share = np.abs(chunks.levels) / size
    stretch = newest(chunks, share < NOTHING)
    lasted = divergence.last - stretch.since
    long = lasted >= LASTS * (divergence.last - divergence.first)
    lived = bool((share[: len(share) - stretch.chunks] > EASES).any())
    bad = stretch.chunks >= FEWEST and stretch.values >= FEWEST_VALUES and long and (lived or ended)
    now = float(chunks.levels[-1])
    return [
        Condition(
            name=NAME,
            severity="critical",
            bad=bad,
            clear=bool((share[-2:] > EASES).all()),
            sentence=(
                f"posterior collapse: the KL divergence is {now:.2g}, {share[-1]:.1g} of the reconstruction "
                f"loss of {size:.3g}, for {spaced(lasted)} steps: the codings tell nothing of what is coded"
            ),
            advice="lower the divergence's weight (beta), or start it at zero and raise it slowly",
            evidence={"kl": now, "reconstruction": size},
            pace="proof",
            since=stretch.since if bad else None,
        )
    ]
