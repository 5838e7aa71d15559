"""Files with networks whose features diversity is measured in, as people bring them: small ones."""

import warnings
from pathlib import Path

import torch
from torch import nn


def written(path: Path, network: nn.Module, *, example: torch.Tensor | None = None) -> Path:
    """The network as TorchScript: scripted, or traced with an example."""
    with warnings.catch_warnings(action="ignore"):  # torch advises to write other files
        made = torch.jit.script(network) if example is None else torch.jit.trace(network, example)
        made.save(path)
    return path


def small_network(channels: int = 1, seed: int = 0) -> nn.Module:
    """Images ``(n, channels, h, w)`` to 64 features, with what a training mode would make random."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            *(nn.Conv2d(channels, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.LeakyReLU(0.2), nn.Dropout(0.5)),
            *(nn.AdaptiveAvgPool2d(2), nn.Flatten()),
        )
