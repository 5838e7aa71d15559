"""The autoencoder's step: mean squared error between input and output (Hinton and Salakhutdinov 2006)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim import Optimizer

from engine.models import build
from engine.objectives.optimisers import build_optimiser, take_step
from presets.schema import Autoencoder


class Reconstruction:
    """An autoencoder that learns to give back its input. Images are in [0, 1]."""

    def __init__(self, preset: Autoencoder, shape: tuple[int, ...], device: torch.device) -> None:
        self.autoencoder = autoencoder = build(preset.autoencoder, shape, 0).to(device)
        self.networks: Mapping[str, nn.Module] = {"autoencoder": autoencoder}
        self.optimisers: Mapping[str, Optimizer] = {
            "autoencoder": build_optimiser(preset.autoencoder, autoencoder.parameters())
        }

    def step(self, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Train on images ``(batch, channels, height, width)``; return 0-d series."""
        loss = mse_loss(self.autoencoder(images), images)
        loss.backward()
        norm = take_step(self.optimisers["autoencoder"])
        return {"loss/reconstruction": loss.detach(), "grad/autoencoder": norm}

    @torch.no_grad()
    def reconstruct(self, images: Tensor) -> Tensor:
        """Images and their reconstructions have the same shape; training is unmoved."""
        self.autoencoder.eval()
        reconstructions = torch.cat([self.autoencoder(part) for part in images.split(1024)])
        self.autoencoder.train()
        return reconstructions

    def corrupt(self, images: Tensor, seed: int) -> Tensor:
        """The images themselves: nothing is added to them."""
        return images

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        """Codings ``(count, latent_dim)``; training is unmoved."""
        codings: Tensor = self.autoencoder.get_submodule("encoder")(images)
        return codings

    @torch.no_grad()
    def decode(self, codings: Tensor) -> Tensor:
        """Images from codings; training is unmoved."""
        images: Tensor = self.autoencoder.get_submodule("decoder")(codings)
        return images

    def validate(self, images: Tensor) -> dict[str, float]:
        """Mean squared error per pixel over held-out images, pixels in [0, 1]."""
        return {"valid/reconstruction": mse_loss(self.reconstruct(images), images).item()}
