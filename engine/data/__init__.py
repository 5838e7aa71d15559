"""Datasets: each whole, normalised, in memory, on the device."""

import torch

from engine.data import mixtures
from engine.data.celeba import read_celeba
from engine.data.cifar10 import read_cifar10
from engine.data.dataset import Dataset, Mixture
from engine.data.digits import read_digits
from engine.data.fashion_mnist import read_fashion_mnist
from engine.data.folder import read_folder
from engine.data.mnist import read_mnist
from engine.data.pixels import Pixels, normalised
from engine.data.sampler import Sampler
from engine.data.splits import choose
from presets.data import (
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


def load(spec: Data, device: torch.device) -> Dataset:
    """Return the dataset that a preset's ``[data]`` names, on `device`.

    Raises `engine.run.errors.DataError` where its files are missing, truncated or corrupt, and `UsageError`
    where it has fewer images than asked for.
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
            return normalised(choose(_read(spec), spec), device)


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
