"""One training step each: what a network is asked to get better at."""

import torch

from engine.objectives.adversarial import Adversarial
from engine.objectives.protocol import Generative, Objective, Reconstructing
from engine.objectives.reconstruct import Reconstruction
from presets.schema import GAN, Autoencoder, Preset, Pretraining

__all__ = ["Generative", "Objective", "Reconstructing", "build_objective"]


def build_objective(preset: Preset, shape: tuple[int, ...], classes: int, device: torch.device) -> Objective:
    """What a preset trains: networks freshly initialised on the device for data ``(batch, *shape)``.

    Raises UsageError where a network can't be built for that shape.
    """
    match preset:
        case GAN():
            return Adversarial(preset, shape, classes, device)
        case Autoencoder():
            return Reconstruction(preset, shape, device)
        case Pretraining():
            raise AssertionError
