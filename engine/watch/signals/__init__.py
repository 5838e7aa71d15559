"""Signs of trouble in the numbers of every step: one file each, numpy alone.

A sign without memory is a function of the recent values. One with memory is a class with ``judge``, ``state``
and ``restore``, and is told how many steps are new since it last looked.
"""

from engine.watch.signals.explosion import Explosion
from engine.watch.signals.non_finite import DIVERGED, NonFinite
from engine.watch.signals.oscillation import oscillation
from engine.watch.signals.runaway_logits import runaway_logits
from engine.watch.signals.stalled import Stalled
from engine.watch.signals.winning import winning

__all__ = ["DIVERGED", "Explosion", "NonFinite", "Stalled", "oscillation", "runaway_logits", "winning"]
