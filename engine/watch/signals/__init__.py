"""Signs of trouble in the numbers of every step: one file each, numpy alone.

A sign without memory is a function of the recent values. One with memory is a class with ``judge``, ``state``
and ``restore``, and is told how many steps are new since it last looked.
"""

from latentop.engine.watch.signals.discriminator_dominance import winning
from latentop.engine.watch.signals.explosion import Explosion
from latentop.engine.watch.signals.non_finite import DIVERGED, NonFinite, samples_not_finite
from latentop.engine.watch.signals.oscillation import oscillation
from latentop.engine.watch.signals.runaway_logits import runaway_logits
from latentop.engine.watch.signals.stalled import Stalled

__all__ = [
    "DIVERGED",
    "Explosion",
    "NonFinite",
    "Stalled",
    "oscillation",
    "runaway_logits",
    "samples_not_finite",
    "winning",
]
