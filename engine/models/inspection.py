"""What is odd about networks of one's own, seen before they are trained: it need not be a mistake."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from latentop.engine.models.own import TRIED, Shape
from latentop.engine.train import random_state
from latentop.presets.networks import Own, OwnDiscriminator, OwnGenerator

NAMED = 3
"""Layers in a sentence, at most."""
_BOUNDS = {
    "Sigmoid": (0.0, 1.0),
    "Hardsigmoid": (0.0, 1.0),
    "Softmax": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
    "Relu": (0.0, float("inf")),
    "Softplus": (0.0, float("inf")),
}
"""Between which values the outputs of a function lie, by its name in autograd."""
_RESHAPING = (
    *(
        "View",
        "UnsafeView",
        "ReshapeAlias",
        "Squeeze",
        "Unsqueeze",
        "Select",
        "Slice",
        "Transpose",
        "Permute",
    ),
    *("T", "Alias", "Clone", "ToCopy"),
)
"""Functions that move values and leave them as they are."""
_CLOSE = 1e-3
_SATURATED = 0.9
"""The share of outputs so close to a bound at which learning hardly begins."""


def remarks(network: nn.Module, spec: Own, shape: Shape, device: torch.device) -> list[str]:
    """A sentence for each: layers that don't learn, outputs that can't reach the data or are saturated.

    The network, and all random numbers, stay as they are.
    """
    training = network.training
    with random_state.untouched(device), torch.enable_grad():
        network.eval()
        try:
            given = (spec.latent_dim,) if isinstance(spec, OwnGenerator) else shape
            output = network(torch.randn(TRIED, *given).to(device))
            told = [*_range(output, spec, shape), *_layers(network, output)]
        finally:
            network.train(training)
    return [f"{spec.made_by} {one}" for one in told]


def _layers(network: nn.Module, output: Tensor) -> Iterator[str]:
    """Which layers learn nothing: frozen by their author, or not reached from the output."""
    known = dict(network.named_parameters())
    frozen = [name for name, one in known.items() if not one.requires_grad]
    learning = {name: one for name, one in known.items() if one.requires_grad}
    weights = torch.randn_like(output)  # a plain sum would be the same for any input of many a layer
    gradients = torch.autograd.grad((output * weights).sum(), list(learning.values()), allow_unused=True)
    reached = zip(learning, gradients, strict=True)
    unreached = [name for name, gradient in reached if gradient is None or not gradient.any()]
    if frozen:
        yield f"does not learn in {_listed(frozen)}: requires_grad is off there"
    if unreached:
        yield f"does not learn in {_listed(unreached)}: no gradient reaches it"


def _range(output: Tensor, spec: Own, shape: Shape) -> Iterator[str]:
    """Whether what it ends in can give what is wanted: logits without bounds, or values as of images."""
    ends = _end_of(output)
    if ends is None:
        return
    least, most = _BOUNDS[ends]
    said = f"ends in {ends.lower()}, which gives values from {least:g} to {most:g}".replace(" to inf", " up")
    if isinstance(spec, OwnDiscriminator):
        yield f"{said}; logits are wanted, which have no bounds: leave it out"
        return
    if len(shape) != 3:
        yield f"{said}; points have no bounds: leave it out"
        return
    low, high = (-1.0, 1.0) if isinstance(spec, OwnGenerator) else (0.0, 1.0)
    if (least, most) != (low, high):
        wanted = "Tanh" if low else "Sigmoid"
        yield f"{said}; the images lie between {low:g} and {high:g}: end it in {wanted}"
    elif (share := float(((output - least < _CLOSE) | (most - output < _CLOSE)).float().mean())) > _SATURATED:
        yield f"{said}, and {share:.0%} of them lie at these bounds: smaller weights let it learn"


def _end_of(output: Tensor) -> str | None:
    """The function with bounds that the output comes from, by its name in autograd; None for any other."""
    step = output.grad_fn
    while step is not None and (name := _plain(step.name())) in _RESHAPING:
        step = step.next_functions[0][0]
    return name if step is not None and (name := _plain(step.name())) in _BOUNDS else None


def _plain(name: str) -> str:
    """``SigmoidBackward0`` as ``Sigmoid``."""
    return name.rpartition("::")[2].partition("Backward")[0].lstrip("_")


def _listed(parameters: list[str]) -> str:
    """The layers that these parameters are of: ``encoder.0, encoder.2 and 4 more``."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] or name for name in parameters))
    more = f" and {len(layers) - NAMED} more" if len(layers) > NAMED else ""
    return ", ".join(layers[:NAMED]) + more
