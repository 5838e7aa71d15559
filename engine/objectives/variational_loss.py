"""The variational autoencoder's step: Kingma and Welling 2014, arXiv 1312.6114, equation 10.

Weighted as Géron 2022, chapter 17, has it: mean squared error per pixel plus ``beta`` times the divergence
per pixel (beta: Higgins et al. 2017, equation 4).
"""

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from latentop.engine.models.variational import GaussianCodings
from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.presets.objectives import Variational as Spec
from latentop.presets.schema import Autoencoder, Pretraining

ACTIVE = 0.01
"""Nats of divergence, averaged over held-out data, from which on a unit says something of its input."""
TOLD = 32
"""Units whose divergence is a series of its own, at most: the first ones."""
VALIDATION_SEED = 1


class VariationalLoss(Reconstruction):
    """Learns where codings lie, with the standard normal distribution as prior, and draws from it."""

    def __init__(
        self, preset: Autoencoder | Pretraining, shape: tuple[int, ...], device: torch.device
    ) -> None:
        super().__init__(preset, shape, device)
        network = self.autoencoder
        assert isinstance(network, GaussianCodings)
        self._network = network
        self._latent_dim = preset.autoencoder.latent_dim

    def heed(self, preset: Autoencoder | Pretraining) -> None:
        """Take over the weight of the divergence."""
        assert isinstance(preset.objective, Spec)
        self._weight = preset.objective.beta / self._pixels

    def step(self, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train on data ``(batch, *shape)``; return 0-d series, ``loss/kl`` as it enters the total."""
        means, log_variances = (one.float() for one in self._network.posterior(batch))
        codings = means + torch.randn_like(means) * (log_variances / 2).exp()
        reconstruction = mse_loss(self._network.decoder(codings), batch)
        kl = self._weight * divergence(means, log_variances).sum(1).mean()
        total = reconstruction + kl
        norm = self.learn(total)
        return {
            "loss/reconstruction": reconstruction.detach(),
            "loss/kl": kl.detach(),
            "loss/total": total.detach(),
            "grad/autoencoder": norm,
        }

    @torch.no_grad()
    def validate(self, batch: Tensor) -> dict[str, float]:
        """Over held-out data ``(count, *shape)``.

        ``valid/reconstruction``: squared error from the means of the codings. ``valid/loss``: from sampled
        codings, with the divergence, as trained. ``valid/mean-image``: of always answering with the mean
        image. ``kl/nats``: divergence of an input's codings. ``kl/active-units``: units that exceed ACTIVE.
        ``kl/unit-1`` and so on: each unit's part of the nats.
        """
        both = self._apply(lambda part: torch.cat(self._network.posterior(part), 1), batch)
        means, log_variances = both.chunk(2, 1)
        units = divergence(means, log_variances).mean(0)
        private = torch.Generator().manual_seed(VALIDATION_SEED)
        noise = torch.randn(means.shape, generator=private).to(means.device)
        sampled = means + noise * (log_variances / 2).exp()
        return {
            "valid/reconstruction": self.decoding_error(means, batch),
            "valid/loss": self.decoding_error(sampled, batch) + self._weight * units.sum().item(),
            "valid/mean-image": batch.var(0, correction=0).mean().item(),
            "kl/nats": units.sum().item(),
            "kl/active-units": float((units > ACTIVE).sum().item()),
            **{f"kl/unit-{place}": nats for place, nats in enumerate(units[:TOLD].tolist(), start=1)},
        }

    def draw(self, count: int, seed: int) -> Tensor:
        """``(count, *shape)`` decoded from the prior, clipped to [0, 1]; training is unmoved."""
        private = torch.Generator().manual_seed(seed)
        codings = torch.randn(count, self._latent_dim, generator=private)
        device = next(self._network.parameters()).device
        return self.decode(codings.to(device)).clamp(0, 1)


def divergence(means: Tensor, log_variances: Tensor) -> Tensor:
    """KL divergence from N(0, 1) of each unit for each input, in nats: ``(batch, latent_dim)``, from 0 up.

    Kingma and Welling 2014, appendix B.
    """
    return 0.5 * (means.square() + log_variances.exp() - 1 - log_variances)
