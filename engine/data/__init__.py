"""Datasets: each whole, normalised, in memory, on the device."""

import torch

from engine.data.dataset import Dataset
from engine.data.fashion_mnist import load_fashion_mnist
from engine.data.sampler import Sampler
from presets.data import Data, FashionMNIST

__all__ = ["Dataset", "Sampler", "load"]


def load(spec: Data, device: torch.device) -> Dataset:
    """Return the dataset that a preset's ``[data]`` names, on `device`.

    Raises `engine.run.errors.DataError` where its files are missing, truncated or corrupt.
    """
    # No default case: mypy then reports a name that the schema allows and nothing here loads.
    match spec:
        case FashionMNIST():
            return load_fashion_mnist(spec.size, device)
    raise AssertionError(spec)
