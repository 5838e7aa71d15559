"""The autoencoder's step: mean squared error between input and output (Hinton and Salakhutdinov 2006)."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim import Optimizer

from engine.objectives.optimisers import build_optimiser, take_step
from presets.schema import Autoencoder


class Reconstruction:
    """An autoencoder that learns to give back its input. Images are in [0, 1]."""

    def __init__(self, preset: Autoencoder, autoencoder: nn.Module) -> None:
        self.autoencoder = autoencoder
        self.networks: Mapping[str, nn.Module] = {"autoencoder": autoencoder}
        self.optimisers: Mapping[str, Optimizer] = {
            "autoencoder": build_optimiser(preset.autoencoder, autoencoder.parameters())
        }

    def step(self, images: Tensor) -> dict[str, Tensor]:
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

    def validate(self, images: Tensor) -> float:
        """Mean squared error per pixel over held-out images, pixels in [0, 1]."""
        return mse_loss(self.reconstruct(images), images).item()
