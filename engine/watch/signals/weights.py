"""What the weights themselves say: how far a step moves them, and how strongly they stretch their input.

Both are looked at now and then, not in every step, and stay on the device until somebody reads them.
"""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

FIRST, LATER = 20, 3
"""Rounds of power iteration: from nowhere, and from where the last look ended (weights move slowly)."""
SMALLEST = 1e-30
"""Length of weights that are all 0."""


class Weights:
    """The trained networks by name. ``hold`` before a step, then ``measure`` after it."""

    def __init__(self, networks: Mapping[str, nn.Module]) -> None:
        self._networks = {name: list(network.parameters()) for name, network in networks.items()}
        self._before: dict[str, list[Tensor]] = {}
        self._layers = {name: list(_layers(network)) for name, network in networks.items()}
        self._directions: dict[str, list[Tensor | None]] = {
            name: [None] * len(layers) for name, layers in self._layers.items()
        }

    @torch.no_grad()
    def hold(self) -> None:
        """Remember the weights as they are before a step."""
        self._before = {
            name: [weight.clone() for weight in weights] for name, weights in self._networks.items()
        }

    def let_go(self) -> None:
        """Forget the weights that were held: they are not those of before the next step."""
        self._before = {}

    @torch.no_grad()
    def measure(self) -> dict[str, Tensor]:
        """0-d series of each network: ``update/…`` if the weights before were held, and ``singular/…``.

        ``update/…`` is the length of the step over that of all weights: about 0.001 in most sound trainings.
        ``singular/…`` is the largest singular value of any layer, its weight taken as a matrix of the first
        axis by all others (Miyato et al. 2018, arXiv 1802.05957, section 2.1). Layers with a parametrization,
        such as spectral normalisation, are left out; there is no series where none is left.
        """
        values: dict[str, Tensor] = {}
        for name, weights in self._networks.items():
            if name in self._before and weights:
                values[f"update/{name}"] = _moved(self._before[name], weights)
            stretches = list(self._stretches(name))
            if stretches:
                together = [one.to(stretches[0].device) for one in stretches]
                values[f"singular/{name}"] = torch.stack(together).max()
        self._before = {}
        return values

    def _stretches(self, name: str) -> Iterable[Tensor]:
        directions = self._directions[name]
        for place, weight in enumerate(self._layers[name]):
            matrix, known = _single(weight).flatten(1), directions[place]
            start = _anywhere(matrix) if known is None else known
            direction = start
            for _ in range(FIRST if known is None else LATER):
                output = nn.functional.normalize(matrix @ direction, dim=0)
                direction = nn.functional.normalize(matrix.mH @ output, dim=0)
            directions[place] = torch.where(direction.isfinite().all(), direction, start)
            yield (matrix @ direction).norm()


def _moved(before: Sequence[Tensor], after: Sequence[Tensor]) -> Tensor:
    steps = [now - was for now, was in zip(after, before, strict=True)]
    was, now = _length(before), _length(after)
    return _length(steps) / torch.where(was > 0, was, now).clamp(min=SMALLEST)


def _length(weights: Sequence[Tensor]) -> Tensor:
    """Of all of them together: 0-d, at least in single precision, for half of it ends at 65504."""
    if not any(_half(one) for one in weights):
        return torch.nn.utils.get_total_norm(weights)
    lengths = [torch.linalg.vector_norm(one, dtype=torch.float32 if _half(one) else None) for one in weights]
    length: Tensor = torch.linalg.vector_norm(torch.stack([one.to(lengths[0].device) for one in lengths]))
    return length


def _single(weight: Tensor) -> Tensor:
    """At least in single precision: in half of it, power iteration finds little."""
    return weight.float() if _half(weight) else weight


def _half(weight: Tensor) -> bool:
    return weight.is_floating_point() and weight.element_size() < 4


def _layers(network: nn.Module) -> Iterable[Tensor]:
    """Weights that are matrices, or more, and are used as they are."""
    for module in network.modules():
        if not isinstance(module, parametrize.ParametrizationList):
            yield from (one for one in module.parameters(recurse=False) if one.ndim > 1 and one.numel() > 1)


def _anywhere(matrix: Tensor) -> Tensor:
    """A direction to start from: the same one for every matrix of as many columns."""
    private = torch.Generator(matrix.device).manual_seed(0)
    return torch.randn(matrix.shape[1], generator=private, device=matrix.device, dtype=matrix.dtype)
