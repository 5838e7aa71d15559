"""One training step each: what a network is asked to get better at."""

import torch

from engine.models import ImageShape, build
from engine.objectives.adversarial import Adversarial
from engine.objectives.reconstruct import Reconstruction
from presets.schema import GAN, Autoencoder, Preset

Objective = Adversarial | Reconstruction


def build_objective(preset: Preset, image: ImageShape, device: torch.device) -> Objective:
    """The networks of a preset, freshly initialised on the device, with their optimisers and their step."""
    match preset:
        case GAN():
            return Adversarial(
                preset,
                build(preset.generator, image).to(device),
                build(preset.discriminator, image).to(device),
            )
        case Autoencoder():
            return Reconstruction(preset, build(preset.autoencoder, image).to(device))
