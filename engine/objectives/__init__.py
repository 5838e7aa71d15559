"""One training step each: what a network is asked to get better at."""

import torch

from latentop.engine.data import Dataset
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.objectives.autoencoding import build_autoencoding
from latentop.engine.objectives.precision import lower
from latentop.engine.objectives.pretraining import PretrainThenClassify
from latentop.engine.objectives.protocol import Generative, Objective, Reconstructing
from latentop.presets.schema import GAN, Autoencoder, Preset, Pretraining

__all__ = ["Generative", "Objective", "PretrainThenClassify", "Reconstructing", "build_objective"]


def build_objective(preset: Preset, dataset: Dataset, device: torch.device) -> Objective:
    """What a preset trains: networks freshly initialised on the device for that data.

    Raises UsageError where a network can't be built for data of that shape, or not trained in that precision.
    """
    objective = _of_kind(preset, dataset, device)
    if preset.precision == "bfloat16":
        lower(objective, device)
    return objective


def _of_kind(preset: Preset, dataset: Dataset, device: torch.device) -> Objective:
    shape, classes = dataset.shape, len(dataset.classes)
    match preset:
        case GAN():
            return Adversarial(preset, shape, classes, device)
        case Autoencoder():
            return build_autoencoding(preset, shape, device)
        case Pretraining():
            return PretrainThenClassify(preset, dataset, device)
