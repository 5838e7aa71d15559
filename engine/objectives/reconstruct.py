"""The autoencoder's step: mean squared error between input and output (Hinton and Salakhutdinov 2006)."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim import Optimizer

from engine.models import build
from engine.objectives.optimisers import build_optimiser, take_step, tune
from presets.schema import GAN, Autoencoder, Preset, Pretraining

CHUNK = 1024
"""Images that go through a network at once where no training is done: what fits on a small device."""


class Reconstruction:
    """An autoencoder that learns to give back its input ``(batch, *shape)``; images are in [0, 1].

    The base of the other objectives of autoencoders: what they add is a constraint on the way there.
    """

    def __init__(
        self, preset: Autoencoder | Pretraining, shape: tuple[int, ...], device: torch.device
    ) -> None:
        self.autoencoder = autoencoder = build(preset.autoencoder, shape, 0, preset.code).to(device)
        self.networks: Mapping[str, nn.Module] = {"autoencoder": autoencoder}
        self.optimisers: Mapping[str, Optimizer] = {
            "autoencoder": build_optimiser(preset.autoencoder, autoencoder.parameters())
        }

    def step(self, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train on data ``(batch, *shape)``; return 0-d series."""
        loss = mse_loss(self.autoencoder(batch), batch)
        norm = self.learn(loss)
        return {"loss/reconstruction": loss.detach(), "grad/autoencoder": norm}

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says."""
        assert not isinstance(preset, GAN)
        tune(self.optimisers["autoencoder"], preset.autoencoder)

    def learn(self, loss: Tensor) -> Tensor:
        """Go one optimiser step down this loss; return the gradients' norm, 0-d."""
        loss.backward()
        return take_step(self.optimisers["autoencoder"])

    def reconstruct(self, batch: Tensor) -> Tensor:
        """Data and their reconstructions have the same shape; training is unmoved."""
        return self._apply(self.autoencoder, batch)

    def corrupt(self, batch: Tensor, seed: int) -> Tensor:
        """The data themselves: nothing is added to them."""
        return batch

    def encode(self, batch: Tensor) -> Tensor:
        """Codings ``(count, latent_dim)``; training is unmoved."""
        return self._apply(self.autoencoder.get_submodule("encoder"), batch)

    def decode(self, codings: Tensor) -> Tensor:
        """Data from codings; training is unmoved."""
        return self._apply(self.autoencoder.get_submodule("decoder"), codings)

    def validate(self, batch: Tensor) -> dict[str, float]:
        """Mean squared error per pixel (or coordinate) over held-out data."""
        return {"valid/reconstruction": mse_loss(self.reconstruct(batch), batch).item()}

    @torch.no_grad()
    def _apply(self, network: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
        self.autoencoder.eval()
        outputs = torch.cat([network(part) for part in batch.split(CHUNK)])
        self.autoencoder.train()
        return outputs
