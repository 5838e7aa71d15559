"""The loop of every tutorial: ``python -m benchmarks.speed.loops.tutorial LOG PRESET [KEY=VALUE]…``.

A torchvision dataset with transforms of each image, a ``DataLoader`` with two processes, tqdm and ``.item()``
at every step. The GAN's steps are those of PyTorch's DCGAN tutorial, with the preset's networks.
"""

import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch.nn.functional import mse_loss
from tqdm import tqdm

from benchmarks.speed.loops.textbook import loader_of, networks_of, optimiser_of, preset_of
from benchmarks.speed.stamps import Log
from presets.schema import GAN, Autoencoder


def main() -> None:
    """Train until killed."""
    log, name, *overrides = sys.argv[1:]
    preset = preset_of(name, overrides)
    with TemporaryDirectory() as folder:
        if isinstance(preset, GAN):
            _adversarial(preset, Path(folder), Log(Path(log)))
        else:
            _reconstruct(preset, Path(folder), Log(Path(log)))


def _adversarial(preset: GAN, folder: Path, steps: Log) -> None:
    generator, discriminator = networks_of(preset)
    optimiser_g = optimiser_of(preset.generator, generator)
    optimiser_d = optimiser_of(preset.discriminator, discriminator)
    criterion = torch.nn.BCEWithLogitsLoss()
    loader = loader_of(preset, folder)
    codings = int(getattr(preset.generator, "latent_dim", 1))
    for epoch in count():
        bar = tqdm(loader, desc=f"epoch {epoch}")
        for real, _ in bar:
            discriminator.zero_grad()
            ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
            scores = discriminator(real)
            loss_real = criterion(scores, ones)
            loss_real.backward()
            score_real = scores.sigmoid().mean().item()
            fake = generator(torch.randn(len(real), codings))
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
            steps.stamp()


def _reconstruct(preset: Autoencoder, folder: Path, steps: Log) -> None:
    (autoencoder,) = networks_of(preset)
    optimiser = optimiser_of(preset.autoencoder, autoencoder)
    loader = loader_of(preset, folder)
    for epoch in count():
        bar = tqdm(loader, desc=f"epoch {epoch}")
        for images, _ in bar:
            optimiser.zero_grad()
            loss = mse_loss(autoencoder(images), images)
            loss.backward()
            optimiser.step()
            bar.set_postfix(loss=loss.item())
            steps.stamp()


if __name__ == "__main__":
    main()
