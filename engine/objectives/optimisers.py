"""Optimisers by name, and the one way that any takes a step: never with a gradient that is not finite."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, NAdam, Optimizer, RMSprop

from engine import devices
from presets.networks import Trained

OF_DEVICE = ("capturable", "foreach", "fused")
"""Settings of torch's optimisers that follow from the device, whatever was saved on another."""
HOST = "mu_product"
"""What NAdam asks for at every step: kept on the host, as it begins, but loaded to the device by torch."""


def build_optimiser(spec: Trained, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """The optimiser that a network's record names, with its settings."""
    optimiser = _bare(spec, list(parameters))
    tune(optimiser, spec)
    return optimiser


def tune(optimiser: Optimizer, spec: Trained) -> None:
    """Give an optimiser of that record's kind the record's numbers; what it has gathered stays."""
    match spec.optimizer:
        case "adam" | "nadam":
            numbers: dict[str, object] = {"betas": (spec.beta1, spec.beta2)}
        case "rmsprop":
            numbers = {"alpha": spec.beta2}
        case "sgd":
            numbers = {"momentum": spec.beta1}
    for group in optimiser.param_groups:
        group.update(numbers, lr=spec.lr, clip=spec.clip)


def load(optimiser: Optimizer, state: Mapping[str, Any]) -> None:
    """Go on from ``state_dict()`` of an optimiser of that kind, perhaps of another device or layout."""
    own = {key: value for key, value in optimiser.param_groups[0].items() if key in OF_DEVICE}
    groups = [{**group, **own} for group in state["param_groups"]]
    optimiser.load_state_dict({**state, "param_groups": groups})
    for parameter, moments in optimiser.state.items():
        for name, moment in moments.items():
            if isinstance(moment, Tensor) and moment.ndim and moment.shape == parameter.shape:
                # A fused step takes both as they lie in memory.
                moments[name] = torch.empty_like(parameter, dtype=moment.dtype).copy_(moment)
        if HOST in moments and not own.get("capturable"):
            moments[HOST] = moments[HOST].cpu()


def take_step(optimiser: Optimizer) -> Tensor:
    """Apply the gradients and return their norm (0-d); leave the weights alone where it is not finite.

    Where the optimiser is to clip, longer gradients are scaled down to that norm first (Pascanu et al. 2013,
    arXiv 1211.5063, algorithm 1); what is returned is the norm before.

    On the CPU the step is not taken at all. On other devices asking would wait for the device, so the
    gradients are set to zero there and the moments go on.
    """
    trained = [p for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    gradients = [p.grad for p in trained]
    norm = torch.nn.utils.get_total_norm(gradients)
    if clip := optimiser.param_groups[0].get("clip"):  # older checkpoints bring groups without it
        torch.nn.utils.clip_grads_with_norm_(trained, clip, norm)
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


def _bare(spec: Trained, parameters: list[nn.Parameter]) -> Optimizer:
    # A CUDA graph needs them to count their steps on the device.
    counts = parameters[0].is_cuda and devices.graphs_wanted()
    match spec.optimizer:
        case "adam" if _fusible(parameters):
            return Adam(parameters, spec.lr, fused=True)
        case "adam":
            return Adam(parameters, spec.lr, foreach=True, capturable=counts)
        case "nadam":
            return NAdam(parameters, spec.lr, foreach=True, capturable=counts)
        case "rmsprop":
            return RMSprop(parameters, spec.lr, foreach=True, capturable=counts)
        case "sgd":
            return SGD(parameters, spec.lr, foreach=True)


def _fusible(parameters: list[nn.Parameter]) -> bool:
    """Whether a fused step is faster and right: on a processor, where weights lie in memory without gaps."""
    return all(
        one.device.type == "cpu" and torch.empty_like(one).stride() == one.stride() for one in parameters
    )
