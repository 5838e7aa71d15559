"""Reconstruct with few units active at a time: a penalty on the codings (Ng 2011, CS294A, section 3)."""

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.presets.objectives import SparseKL, SparseL1
from latentop.presets.schema import Autoencoder, Pretraining

_TINY = 1e-7


class Sparse(Reconstruction):
    """Mean squared error plus a penalty on the codings of each batch."""

    def heed(self, preset: Autoencoder | Pretraining) -> None:
        """Take over the penalty and its weight, and the batch that it looks at."""
        assert isinstance(preset.objective, SparseL1 | SparseKL)
        self._spec = preset.objective
        self._batch = preset.batch

    def penalty(self, codings: Tensor) -> Tensor:
        """What the codings ``(batch, latent_dim)`` of one batch cost, weighted: 0-d.

        L1: the sum of an input's absolute activations, averaged over the batch. KL, of codings in [0, 1]: the
        divergence between two coins, one of the target, one of a unit's mean activity, summed over units.
        """
        match self._spec:
            case SparseL1(weight=weight):
                return weight * codings.abs().sum(1).mean()
            case SparseKL(weight=weight, target=target):
                activity = codings.mean(0).clamp(_TINY, 1 - _TINY)
                lit, dark = (target / activity).log(), ((1 - target) / (1 - activity)).log()
                return weight * (target * lit + (1 - target) * dark).sum()

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
        reconstruction = self.decoding_error(codings, batch)
        return {"valid/reconstruction": reconstruction, "valid/loss": reconstruction + penalty.item()}
