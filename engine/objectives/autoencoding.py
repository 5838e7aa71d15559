"""Which objective an autoencoder's preset names."""

import torch

from latentop.engine.objectives.denoising import Denoising
from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.engine.objectives.sparse import Sparse
from latentop.engine.objectives.variational_loss import VariationalLoss
from latentop.presets import objectives
from latentop.presets.schema import Autoencoder, Pretraining


def build_autoencoding(
    preset: Autoencoder | Pretraining, shape: tuple[int, ...], device: torch.device
) -> Reconstruction:
    """The objective for data ``(batch, *shape)``, with a fresh autoencoder on the device.

    Raises UsageError where the network can't be built for that shape.
    """
    match preset.objective:
        case objectives.Reconstruct():
            return Reconstruction(preset, shape, device)
        case objectives.Denoise():
            return Denoising(preset, shape, device)
        case objectives.SparseL1() | objectives.SparseKL():
            return Sparse(preset, shape, device)
        case objectives.Variational():
            return VariationalLoss(preset, shape, device)
