"""The loop of every tutorial: ``python -m benchmarks.speed.loops.tutorial LOG PRESET [KEY=VALUE]…``.

A torchvision dataset with transforms of each image, a ``DataLoader`` with two processes, tqdm and ``.item()``
at every step. The GAN's steps are those of PyTorch's DCGAN tutorial, with the preset's networks.
"""

import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from tqdm import tqdm

from benchmarks.speed.loops.textbook_parts import device_of, loader_of, networks_of, optimiser_of, preset_of
from benchmarks.speed.step_times import Log
from latentop.presets.schema import GAN, Autoencoder


def main() -> None:
    """Train until killed."""
    log, name, *overrides = sys.argv[1:]
    preset = preset_of(name, overrides)
    with TemporaryDirectory() as folder:
        if isinstance(preset, GAN):
            adversarial(preset, Path(folder), Log(Path(log)))
        else:
            _reconstruct(preset, Path(folder), Log(Path(log)))


class Logs(Protocol):
    """Begins to log a GAN's training: what is returned takes the values of each step."""

    def __call__(
        self,
        networks: Mapping[str, nn.Module],
        optimisers: Mapping[str, Optimizer],
        sample: Callable[[int], Tensor],
        loader: DataLoader[Any],
    ) -> Callable[[Mapping[str, Any]], object]:
        """Given what a tutorial has."""
        ...


def adversarial(preset: GAN, folder: Path, steps: Log, logs: Logs | None = None) -> None:
    """Train a GAN until killed."""
    device = device_of(preset)
    generator, discriminator = (one.to(device) for one in networks_of(preset))
    optimiser_g = optimiser_of(preset.generator, generator)
    optimiser_d = optimiser_of(preset.discriminator, discriminator)
    criterion = torch.nn.BCEWithLogitsLoss()
    loader = loader_of(preset, folder)
    codings = int(getattr(preset.generator, "latent_dim", 1))

    def sample(count: int) -> Tensor:
        made: Tensor = generator(torch.randn(count, codings, device=device))
        return made

    networks = {"netG": generator, "netD": discriminator}
    optimisers = {"netG": optimiser_g, "netD": optimiser_d}
    log = logs(networks, optimisers, sample, loader) if logs else None
    for epoch in count():
        bar = tqdm(loader, desc=f"epoch {epoch}")
        for images, _ in bar:
            discriminator.zero_grad()
            real = images.to(device)
            ones, zeros = torch.ones(len(real), device=device), torch.zeros(len(real), device=device)
            scores = discriminator(real)
            loss_real = criterion(scores, ones)
            loss_real.backward()
            score_real = scores.sigmoid().mean().item()
            fake = sample(len(real))
            scores = discriminator(fake.detach())
            loss_fake = criterion(scores, zeros)
            loss_fake.backward()
            score_fake = scores.sigmoid().mean().item()
            optimiser_d.step()
            generator.zero_grad()
            loss = criterion(discriminator(fake), ones)
            loss.backward()
            optimiser_g.step()
            loss_d = (loss_real + loss_fake).item()
            bar.set_postfix(d=loss_d, g=loss.item(), real=score_real, fake=score_fake)
            if log:
                log({"errD": loss_real + loss_fake, "errG": loss, "D(x)": score_real, "D(G(z))": score_fake})
            steps.stamp()


def _reconstruct(preset: Autoencoder, folder: Path, steps: Log) -> None:
    device = device_of(preset)
    (autoencoder,) = (one.to(device) for one in networks_of(preset))
    optimiser = optimiser_of(preset.autoencoder, autoencoder)
    loader = loader_of(preset, folder)
    for epoch in count():
        bar = tqdm(loader, desc=f"epoch {epoch}")
        for read, _ in bar:
            optimiser.zero_grad()
            images = read.to(device)
            loss = mse_loss(autoencoder(images), images)
            loss.backward()
            optimiser.step()
            bar.set_postfix(loss=loss.item())
            steps.stamp()


if __name__ == "__main__":
    main()
