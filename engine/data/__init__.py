"""Datasets: each whole, normalised, in memory, on the device."""

from dataclasses import replace

import torch

from latentop.engine.data import mixtures
from latentop.engine.data.celeba import read_celeba
from latentop.engine.data.cifar10 import read_cifar10
from latentop.engine.data.dataset import Dataset, Mixture
from latentop.engine.data.digits import read_digits
from latentop.engine.data.fashion_mnist import read_fashion_mnist
from latentop.engine.data.fingerprint import Files
from latentop.engine.data.image_folder import read_folder
from latentop.engine.data.mnist import read_mnist
from latentop.engine.data.pixels import Pixels, normalised
from latentop.engine.data.sampler import Sampler
from latentop.engine.data.splits import choose, counts, told
from latentop.presets.data import (
    CIFAR10,
    MNIST,
    CelebA,
    Data,
    Digits,
    FashionMNIST,
    Folder,
    Grid,
    ImageSet,
    Plane3D,
    Ring,
    Zero,
)

__all__ = ["Dataset", "Mixture", "Sampler", "load"]


def load(spec: Data, device: torch.device, *, before: Files | None = None) -> Dataset:
    """Return the dataset that a preset's ``[data]`` names, on `device`.

    Of a folder, no file is held out that was trained on ``before``.

    Raises `DataError` where its files are missing, truncated or corrupt, and `UsageError` where it has fewer
    images than asked for.
    """
    # No default cases: mypy then reports a name that the schema allows and nothing here loads.
    match spec:
        case Ring():
            return mixtures.ring(spec, device)
        case Grid():
            return mixtures.grid(spec, device)
        case Plane3D():
            return mixtures.plane_3d(spec, device)
        case Zero():
            return mixtures.zero(spec, device)
        case FashionMNIST() | MNIST() | CIFAR10() | CelebA() | Digits() | Folder():
            return _chosen(_read(spec), spec, device, before)


def _chosen(pixels: Pixels, spec: ImageSet, device: torch.device, before: Files | None) -> Dataset:
    chosen = choose(pixels, spec, before)
    counted = counts(pixels, chosen)
    notes = (told(counted), *chosen.notes) if isinstance(spec, Folder) else chosen.notes
    return replace(normalised(chosen, device), notes=notes, counts=counted, files=chosen.files)


def _read(spec: ImageSet) -> Pixels:
    match spec:
        case FashionMNIST():
            return read_fashion_mnist(spec.size)
        case MNIST():
            return read_mnist()
        case CIFAR10():
            return read_cifar10()
        case CelebA():
            return read_celeba(spec)
        case Digits():
            return read_digits()
        case Folder():
            return read_folder(spec)
