"""What the loops of tutorials share: the preset's networks and optimisers, and torchvision's images.

The images inside the package are written as the IDX files that torchvision reads: nothing is downloaded.
"""

from pathlib import Path

import torch
from torch import nn
from torch.optim import Adam, NAdam, Optimizer
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import FashionMNIST

from latentop.engine.data.fashion_mnist import PACKAGED, SMALL
from latentop.engine.data.idx import encode_idx, read_idx
from latentop.engine.models import build
from latentop.engine.train import devices
from latentop.presets import catalogue
from latentop.presets.networks import Trained
from latentop.presets.schema import GAN, Autoencoder

SHAPE = (1, 28, 28)
PROCESSES = 2


def preset_of(name: str, overrides: list[str]) -> GAN | Autoencoder:
    """The preset that is trained; its networks must be made for grey images of 28 × 28."""
    preset = catalogue.load(catalogue.find(name), overrides)
    assert isinstance(preset, GAN | Autoencoder)
    torch.manual_seed(preset.seed)
    return preset


def device_of(preset: GAN | Autoencoder) -> torch.device:
    """Where it trains: as the preset says, so on a GPU where there is one."""
    return devices.choose(preset.device).device


def networks_of(preset: GAN | Autoencoder) -> list[nn.Module]:
    """Generator and discriminator, or the autoencoder alone, as ours are initialised; on the CPU."""
    specs = [preset.generator, preset.discriminator] if isinstance(preset, GAN) else [preset.autoencoder]
    return [build(spec, SHAPE, 10, preset.code) for spec in specs]


def optimiser_of(spec: Trained, network: nn.Module) -> Optimizer:
    """Adam or Nadam with the preset's numbers, the rest as torch has it."""
    kind = NAdam if spec.optimizer == "nadam" else Adam
    return kind(network.parameters(), lr=spec.lr, betas=(spec.beta1, spec.beta2))


def loader_of(preset: GAN | Autoencoder, folder: Path) -> DataLoader[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of images, each image transformed whenever it is read, by two processes."""
    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name in SMALL:
        (raw / name).write_bytes(encode_idx(read_idx(PACKAGED / f"{name}.xz")))
    steps = [transforms.ToTensor()]
    if isinstance(preset, GAN):
        steps.append(transforms.Normalize((0.5,), (0.5,)))
    images = FashionMNIST(str(folder), train=True, transform=transforms.Compose(steps))
    return DataLoader(images, preset.batch, shuffle=True, num_workers=PROCESSES, drop_last=True)
