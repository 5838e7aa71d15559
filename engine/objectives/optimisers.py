"""Optimisers by name, and the one way that any takes a step: never with a gradient that is not finite."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, NAdam, Optimizer, RMSprop

from presets.networks import Trained


def build_optimiser(spec: Trained, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """The optimiser that a network's record names, with its settings."""
    parameters = list(parameters)
    betas = spec.beta1, spec.beta2
    match spec.optimizer:
        case "adam":
            return Adam(parameters, spec.lr, betas=betas, foreach=True)
        case "nadam":
            return NAdam(parameters, spec.lr, betas=betas, foreach=True)
        case "rmsprop":
            return RMSprop(parameters, spec.lr, alpha=spec.beta2, foreach=True)
        case "sgd":
            return SGD(parameters, spec.lr, momentum=spec.beta1, foreach=True)


def take_step(optimiser: Optimizer) -> Tensor:
    """Apply the gradients and return their norm (0-d); leave the weights alone where it is not finite.

    On the CPU the step is not taken at all. On other devices asking would wait for the device, so the
    gradients are set to zero there and the moments go on.
    """
    gradients = [p.grad for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients)
    if norm.device.type == "cpu":
        if torch.isfinite(norm):
            optimiser.step()
    else:
        unusable = ~torch.isfinite(norm)
        for gradient in gradients:
            gradient.masked_fill_(unusable, 0.0)
        optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return norm
