"""What the trainer expects of an objective: networks, their optimisers, and one training step."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from torch import Tensor, nn
from torch.optim import Optimizer

from latentop.presets.schema import Preset


class Objective(Protocol):
    """Something to get better at. All that it learns is in its networks and optimisers."""

    networks: Mapping[str, nn.Module]
    """By name; a checkpoint holds their parameters and buffers."""
    optimisers: Mapping[str, Optimizer]
    """By the name of the network in the preset, whose learning rate they take."""

    def step(self, batch: Tensor, labels: Tensor) -> Mapping[str, Tensor]:
        """Train on data ``(batch, *shape)`` and labels ``(batch,)``; return series as 0-d tensors."""
        ...

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as a preset says that differs in what can be changed while training.

        Raises UsageError, with nothing changed, where it asks for what can't be.
        """
        ...


@runtime_checkable
class Generative(Protocol):
    """An objective that can draw new data."""

    def draw(self, count: int, seed: int) -> Tensor:
        """``(count, *shape)``, images in [0, 1]; the same for the same seed. Training is unmoved."""
        ...


@runtime_checkable
class Reconstructing(Protocol):
    """An objective that gives back its input."""

    def corrupt(self, batch: Tensor, seed: int) -> Tensor:
        """What the network is shown for data ``(count, *shape)``; the same for the same seed."""
        ...

    def reconstruct(self, batch: Tensor) -> Tensor:
        """Reconstructions of ``(count, *shape)``, not clipped. Training is unmoved."""
        ...

    def encode(self, batch: Tensor) -> Tensor:
        """Codings ``(count, latent_dim)``. Training is unmoved."""
        ...

    def decode(self, codings: Tensor) -> Tensor:
        """Data ``(count, *shape)`` from codings ``(count, latent_dim)``. Training is unmoved."""
        ...

    def validate(self, batch: Tensor) -> Mapping[str, float]:
        """Series over held-out data, ``valid/reconstruction`` among them. Training is unmoved."""
        ...
