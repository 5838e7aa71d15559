"""How many of an autoencoder's codings are in use: units that vary, and the effective rank of them all."""

from collections.abc import Mapping
from math import isfinite

import torch
from torch import Tensor

from latentop.engine.linear_algebra import repeatable
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch

ACTIVE, RANK, UNITS = "codings/active-units", "codings/rank", "codings/units"

YOUNG = 100
"""Steps before anything is judged."""
VARIES = 1e-6
"""Standard deviation from which on a unit says something; a dead one is constant."""


def measure(codings: Tensor) -> dict[str, float]:
    """Series of codings ``(n, latent_dim)``, finite: units that vary, effective rank, and how many there are.

    The rank is the exponential of the entropy of the covariance's eigenvalues: Roy and Vetterli 2007, The
    effective rank, definition 1; from 1 to latent_dim, 0 where nothing varies.
    """
    precise = codings.cpu().double()  # MPS has no double precision
    centred = precise - precise.mean(0)
    active = int((centred.square().mean(0).sqrt() > VARIES).sum())
    if active == 0:
        return {ACTIVE: 0.0, RANK: 0.0, UNITS: float(codings.shape[1])}
    with repeatable():
        strengths = torch.linalg.eigvalsh(centred.T @ centred).clamp(min=0)
    shares = strengths / strengths.sum()
    entropy = -torch.special.xlogy(shares, shares).sum()
    return {ACTIVE: float(active), RANK: float(entropy.exp()), UNITS: float(codings.shape[1])}


def dead_codings(step: int, values: Mapping[str, float], settings: Watch = DEFAULTS) -> list[Condition]:
    """The condition ``dead-codings`` of the measures at one step; nothing where there are none.

    ReLU codings of a healthy run keep a third of their units alive.
    """
    alarm, clear = settings.codings_alarm, settings.codings_clear
    found = [values.get(name) for name in (ACTIVE, RANK, UNITS)]
    if step < YOUNG or None in found or not all(isfinite(value) for value in found if value is not None):
        return []
    active, rank, units = (float(value or 0) for value in found)
    none = active == 0
    sentence = (
        "every input has the same codings, and so the same reconstruction"
        if none
        else f"{active:.0f} of {units:.0f} codings vary (alarm below {alarm:.0%}), effective rank {rank:.1f}"
    )
    return [
        Condition(
            name="dead-codings",
            severity="critical" if none else "warning",
            bad=active < alarm * units and active < units,
            clear=active > clear * units,
            sentence=sentence.replace("%", " %"),
            advice="lower the learning rate, or start again: a ReLU unit that died does not come back",
            evidence={ACTIVE: active, RANK: rank, UNITS: units},
            pace="proof" if none else "held",  # what is dead altogether learns no more
        )
    ]
