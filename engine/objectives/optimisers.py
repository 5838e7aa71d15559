"""Optimisers by name, and the one way that any takes a step: never with a gradient that is not finite."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, NAdam, Optimizer, RMSprop

from latentop.engine.train import devices
from latentop.engine.train.memory_shortage import where_it_fits
from latentop.presets.networks import Trained

OF_DEVICE = ("capturable", "foreach", "fused")
"""Settings of torch's optimisers that follow from the device, whatever was saved on another."""
BEGIN = {"mu_product": 1.0}
"""Where what an optimiser gathers begins, if not at 0."""
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
    """Go on from ``state_dict()`` of an optimiser of that kind, perhaps of another device or layout.

    Where there is no room for that beside what it has gathered, this is let go of first.
    """
    short: list[str] = []
    with where_it_fits(short.append):
        _load(optimiser, state)
    if short:
        optimiser.state.clear()
        devices.release_all()
        _load(optimiser, state)


def _load(optimiser: Optimizer, state: Mapping[str, Any]) -> None:
    if "param_groups" not in state:  # one of somebody else's, which keeps moments in its own way
        optimiser.load_state_dict(dict(state))
        return
    now = optimiser.param_groups
    groups = [
        {**saved, **_of_device(group)} for saved, group in zip(state["param_groups"], now, strict=False)
    ]
    optimiser.load_state_dict({**state, "param_groups": groups})
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            moments = optimiser.state.get(parameter, {})
            for name, moment in moments.items():
                if isinstance(moment, Tensor) and moment.ndim and moment.shape == parameter.shape:
                    # A fused step takes both as they lie in memory.
                    moments[name] = torch.empty_like(parameter, dtype=moment.dtype).copy_(moment)
            if HOST in moments and not group.get("capturable"):
                moments[HOST] = moments[HOST].cpu()


def _of_device(group: Mapping[str, Any]) -> dict[str, Any]:
    """What of a group of parameters follows from their device."""
    return {key: value for key, value in group.items() if key in OF_DEVICE}


def take_step(optimiser: Optimizer) -> Tensor:
    """Apply the gradients and return their norm (0-d); leave the weights alone where it is not finite.

    Where the optimiser is to clip, longer gradients are scaled down to that norm first (Pascanu et al. 2013,
    arXiv 1211.5063, algorithm 1); what is returned is the norm before.

    Neither weights nor moments change then, on any device. Other devices than the CPU are not waited for.
    """
    trained = [p for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    gradients = [p.grad for p in trained]
    norm = torch.nn.utils.get_total_norm(gradients)
    if clip := optimiser.param_groups[0].get("clip"):  # older checkpoints bring groups without it
        torch.nn.utils.clip_grads_with_norm_(trained, clip, norm)
    if norm.device.type != "cpu":
        step_if(torch.isfinite(norm), optimiser)
    elif torch.isfinite(norm):
        optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return norm


def step_if(usable: Tensor, optimiser: Optimizer) -> None:
    """Take a step where ``usable`` (bool, 0-d) is true, without asking the device whether it is.

    Fused steps look at a flag of their own, ``found_inf``, as for ``torch.amp.GradScaler``. Others are taken,
    and taken back: weights and what the optimiser has gathered.
    """
    if optimiser.param_groups[0].get("fused"):
        optimiser.grad_scale, optimiser.found_inf = None, (~usable).float()  # type: ignore[attr-defined]
        optimiser.step()
        del optimiser.grad_scale, optimiser.found_inf  # type: ignore[attr-defined]
        return
    held = [one for group in optimiser.param_groups for one in group["params"] if one.grad is not None]
    before = {one: one.detach().clone() for one in [*held, *(one for _, one in _moments(optimiser))]}
    optimiser.step()
    with torch.no_grad():
        for one in held:
            one.copy_(torch.where(usable, one, before[one]))
        for name, one in _moments(optimiser):
            if one.device == usable.device:  # a count on the host goes on: nobody waits to hear
                one.copy_(torch.where(usable, one, before.get(one, BEGIN.get(name, 0.0))))


def _moments(optimiser: Optimizer) -> list[tuple[str, Tensor]]:
    """All that an optimiser has gathered, by name."""
    states = optimiser.state.values()
    return [(name, one) for state in states for name, one in state.items() if isinstance(one, Tensor)]


def _bare(spec: Trained, parameters: list[nn.Parameter]) -> Optimizer:
    # Steps are counted on the device, where a CUDA graph needs the count, and a step is taken back.
    counts = parameters[0].is_cuda
    match spec.optimizer:
        case "adam" if _fusible(parameters):
            return Adam(parameters, spec.lr, fused=True, capturable=counts)
        case "adam":
            return Adam(parameters, spec.lr, foreach=True, capturable=counts)
        case "nadam":
            return NAdam(parameters, spec.lr, foreach=True, capturable=counts)
        case "rmsprop":
            return RMSprop(parameters, spec.lr, foreach=True, capturable=counts)
        case "sgd":
            return SGD(parameters, spec.lr, foreach=True)


def _fusible(parameters: list[nn.Parameter]) -> bool:
    """Whether a fused step is faster and right: on a processor or a CUDA device, of weights without gaps."""
    return all(
        one.device.type in ("cpu", "cuda") and torch.empty_like(one).stride() == one.stride()
        for one in parameters
    )
