"""Reconstruct with few units active at a time: a penalty on the codings (Ng 2011, CS294A, section 3)."""

from abc import abstractmethod

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from engine.objectives.reconstruct import Reconstruction
from presets import objectives
from presets.schema import Autoencoder, Preset, Pretraining

_TINY = 1e-7


class Sparse(Reconstruction):
    """Mean squared error plus a penalty on the codings of each batch."""

    def __init__(
        self, preset: Autoencoder | Pretraining, shape: tuple[int, ...], device: torch.device
    ) -> None:
        super().__init__(preset, shape, device)
        self._batch = preset.batch

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says."""
        super().adopt(preset)
        self._batch = preset.batch

    @abstractmethod
    def penalty(self, codings: Tensor) -> Tensor:
        """What the codings ``(batch, latent_dim)`` of one batch cost, weighted: 0-d."""

    def step(self, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train on data ``(batch, *shape)``; return 0-d series, ``codings/activation`` being the mean."""
        codings = self.autoencoder.get_submodule("encoder")(batch).float()
        reconstruction = mse_loss(self.autoencoder.get_submodule("decoder")(codings), batch)
        penalty = self.penalty(codings)
        total = reconstruction + penalty
        norm = self.learn(total)
        return {
            "loss/reconstruction": reconstruction.detach(),
            "loss/sparsity": penalty.detach(),
            "loss/total": total.detach(),
            "codings/activation": codings.detach().mean(),
            "grad/autoencoder": norm,
        }

    def validate(self, batch: Tensor) -> dict[str, float]:
        """Over held-out data: the mean squared error, and ``valid/loss`` with the penalty.

        The penalty is the mean over batches of the training's size, for one that looks at a batch's mean
        activity depends on how large the batch is.
        """
        codings = self.encode(batch)
        parts = codings.split(self._batch)
        sizes = torch.tensor([len(part) for part in parts], device=codings.device)
        penalty = (torch.stack([self.penalty(part) for part in parts]) * sizes).sum() / len(batch)
        reconstruction = mse_loss(self.decode(codings), batch).item()
        return {"valid/reconstruction": reconstruction, "valid/loss": reconstruction + penalty.item()}


class SparseL1(Sparse):
    """The sum of absolute activations, averaged over the batch, times a weight."""

    def __init__(
        self,
        preset: Autoencoder | Pretraining,
        spec: objectives.SparseL1,
        shape: tuple[int, ...],
        device: torch.device,
    ) -> None:
        super().__init__(preset, shape, device)
        self._spec = spec

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says."""
        super().adopt(preset)
        assert isinstance(preset.objective, objectives.SparseL1)
        self._spec = preset.objective

    def penalty(self, codings: Tensor) -> Tensor:
        """L1 norm of an input's codings, averaged."""
        return self._spec.weight * codings.abs().sum(1).mean()


class SparseKL(Sparse):
    """How far each unit's mean activity in the batch is from a target, summed over units, times a weight.

    The codings must be in [0, 1].
    """

    def __init__(
        self,
        preset: Autoencoder | Pretraining,
        spec: objectives.SparseKL,
        shape: tuple[int, ...],
        device: torch.device,
    ) -> None:
        super().__init__(preset, shape, device)
        self._spec = spec

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says."""
        super().adopt(preset)
        assert isinstance(preset.objective, objectives.SparseKL)
        self._spec = preset.objective

    def penalty(self, codings: Tensor) -> Tensor:
        """Kullback-Leibler divergence between two coins: one of the target, one of the unit's activity."""
        activity, target = codings.mean(0).clamp(_TINY, 1 - _TINY), self._spec.target
        divergence = target * (target / activity).log() + (1 - target) * ((1 - target) / (1 - activity)).log()
        return self._spec.weight * divergence.sum()
