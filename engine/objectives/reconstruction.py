"""The autoencoder's step: mean squared error between input and output (Hinton and Salakhutdinov 2006)."""

from collections.abc import Callable, Mapping
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim import Optimizer

from latentop.engine.models import build
from latentop.engine.models.at_rest import at_rest
from latentop.engine.objectives.optimisers import build_optimiser, take_step, tune
from latentop.presets.schema import GAN, Autoencoder, Preset, Pretraining

CHUNK, VALUES = 1024, 2**21
"""Images, and numbers in them, that go through a network at once where no training is done.

What fits on a small device: a convolution makes sixteen maps of an image.
"""


class Reconstruction:
    """An autoencoder that learns to give back its input ``(batch, *shape)``; images are in [0, 1].

    The base of the other objectives of autoencoders: what they add is a constraint on the way there.
    """

    def __init__(
        self, preset: Autoencoder | Pretraining, shape: tuple[int, ...], device: torch.device
    ) -> None:
        self._pixels = prod(shape)
        self._at_once = max(1, min(CHUNK, VALUES // self._pixels))
        self.autoencoder = autoencoder = build(preset.autoencoder, shape, 0, preset.code, device)
        self.networks: Mapping[str, nn.Module] = {"autoencoder": autoencoder}
        self.optimisers: Mapping[str, Optimizer] = {
            "autoencoder": build_optimiser(preset.autoencoder, autoencoder.parameters())
        }
        self.heed(preset)

    def step(self, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train on data ``(batch, *shape)``; return 0-d series."""
        loss = mse_loss(self.autoencoder(batch), batch)
        norm = self.learn(loss)
        return {"loss/reconstruction": loss.detach(), "grad/autoencoder": norm}

    def adopt(self, preset: Preset) -> None:
        """Train from the next step on as that preset says."""
        assert not isinstance(preset, GAN)
        tune(self.optimisers["autoencoder"], preset.autoencoder)
        self.heed(preset)

    def heed(self, preset: Autoencoder | Pretraining) -> None:
        """Take over the settings of the objective, here as before the first step: this one has none."""

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
        return {"valid/reconstruction": self.error(batch, batch)}

    def error(self, shown: Tensor, clean: Tensor) -> float:
        """Mean squared error of what is made of ``shown`` against ``clean``, each ``(count, *shape)``.

        No more reconstructions are held than go through the network at once; training is unmoved.
        """
        return self._error(self.autoencoder, shown, clean)

    def decoding_error(self, codings: Tensor, clean: Tensor) -> float:
        """The same of what codings ``(count, latent_dim)`` are decoded to."""
        return self._error(self.autoencoder.get_submodule("decoder"), codings, clean)

    @torch.no_grad()
    def _error(self, network: Callable[[Tensor], Tensor], inputs: Tensor, clean: Tensor) -> float:
        parts = zip(inputs.split(self._at_once), clean.split(self._at_once), strict=True)
        with at_rest(self.autoencoder):
            sums = [mse_loss(network(part), wanted) * len(wanted) for part, wanted in parts]
        return torch.stack(sums).sum().item() / len(clean)

    @torch.no_grad()
    def _apply(self, network: Callable[[Tensor], Tensor], batch: Tensor) -> Tensor:
        with at_rest(self.autoencoder):
            return torch.cat([network(part) for part in batch.split(self._at_once)])
