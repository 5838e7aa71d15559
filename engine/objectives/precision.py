"""Steps in bfloat16: products and convolutions with 8 bits of mantissa, everything else as it is.

Weights, moments, losses and whatever is drawn or measured stay float32, and bfloat16 has the exponents of
float32, so that gradients need no scaling (Kalamkar et al. 2019, arXiv 1905.12322, section 3).
"""

import torch

from latentop.engine.objectives.protocol import Objective
from latentop.engine.run.errors import UsageError

LOWERED = ("cpu", "cuda")
"""The devices on which steps can be taken so."""


def lower(objective: Objective, device: torch.device) -> None:
    """Have the objective take its steps so. Raises UsageError for a device on which that can't be."""
    hint = "set precision=float32"
    if device.type not in LOWERED:
        raise UsageError(f"precision = bfloat16 is not to be had on {device.type}", hint)
    try:
        # No weight is cast but where it is used: a discriminator is, before and after its own update.
        lowered = torch.autocast(device.type, torch.bfloat16, cache_enabled=False)
    except RuntimeError as error:
        raise UsageError(f"precision = bfloat16 is not to be had here: {error}", hint) from error
    objective.step = lowered(objective.step)  # type: ignore[method-assign]
