"""How a learning rate goes over a run: it stays, or falls to zero by the last step, all along or at last."""

from collections.abc import Mapping
from math import cos, pi
from typing import Literal

from torch.optim import Optimizer

from latentop.presets.schema import Preset

Schedule = Literal["constant", "linear", "cosine", "cooldown"]

COOLDOWN = 0.2
"""Share of the steps, at their end, over which a cooldown falls."""


def follow(optimisers: Mapping[str, Optimizer], preset: Preset, step: int) -> None:
    """Set the rates that fall as training goes on to what they are at this step."""
    for network, optimiser in optimisers.items():
        spec = getattr(preset, network)
        if spec.schedule != "constant":
            left = share(spec.schedule, progress(preset.span(network), step))
            for group in optimiser.param_groups:
                group["lr"] = spec.lr * left


def falling(optimisers: Mapping[str, Optimizer], preset: Preset) -> dict[str, float]:
    """The learning rates that follow a schedule, as they are now: ``lr/generator``."""
    return {
        f"lr/{network}": optimiser.param_groups[0]["lr"]
        for network, optimiser in optimisers.items()
        if getattr(preset, network).schedule != "constant"
    }


def share(schedule: Schedule, progress: float) -> float:
    """What is left of the learning rate, 1 to 0, when a share ``progress`` (0 to 1) of the steps is done.

    The cosine is one half wave, without restarts: Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5.
    The cooldown stays, then falls by a line: Hägele et al. 2024, arXiv 2405.18392, section 3.
    """
    match schedule:
        case "constant":
            return 1.0
        case "linear":
            return 1.0 - progress
        case "cosine":
            return (1.0 + cos(pi * progress)) / 2
        case "cooldown":
            return min(1.0, (1.0 - progress) / COOLDOWN)


def progress(span: range, step: int) -> float:
    """Share of a network's steps that is done before ``step``: 0 before they begin, 1 after the last."""
    return min(max(step - span.start, 0), len(span)) / max(1, len(span))
