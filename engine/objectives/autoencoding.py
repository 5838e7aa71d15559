"""Which objective an autoencoder's preset names."""

import torch

from engine.objectives.denoise import Denoising
from engine.objectives.reconstruct import Reconstruction
from engine.objectives.sparse import SparseKL, SparseL1
from engine.objectives.variational import Variational
from presets import objectives
from presets.schema import Autoencoder, Pretraining


def build_autoencoding(
    preset: Autoencoder | Pretraining, shape: tuple[int, ...], device: torch.device
) -> Reconstruction:
    """The objective for data ``(batch, *shape)``, with a fresh autoencoder on the device.

    Raises UsageError where the network can't be built for that shape.
    """
    match preset.objective:
        case objectives.Reconstruct():
            return Reconstruction(preset, shape, device)
        case objectives.Denoise() as spec:
            return Denoising(preset, spec, shape, device)
        case objectives.SparseL1() as spec:
            return SparseL1(preset, spec, shape, device)
        case objectives.SparseKL() as spec:
            return SparseKL(preset, spec, shape, device)
        case objectives.Variational() as spec:
            return Variational(preset, spec, shape, device)
