"""The Fashion-MNIST that comes along: its data, the meter on it, and images of it in the place of samples."""

from functools import cache

import torch
from torch import Tensor

from latentop.engine.data import Dataset, load
from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.presets.data import FashionMNIST

COUNT = 512
"""Samples that the meter reads."""


@cache
def data() -> Dataset:
    return load(FashionMNIST(), torch.device("cpu"))


@cache
def meter(every: int = 1) -> DiversityMeter:
    """Of the held-out images, and of every training image, every second one, and so on."""
    images = data()
    return build(
        real=images.test,
        real_labels=images.test_labels,
        training=images.train[::every],
        training_labels=images.train_labels[::every],
        classes=images.classes,
        samples=COUNT,
    )


def drawn(
    generator: torch.Generator,
    count: int = COUNT,
    *,
    without: tuple[str, ...] = (),
    first: int = 0,
    every: int = 1,
) -> Tensor:
    """Training images of other classes, none of them twice: as good as a generator can be."""
    images, part = data(), slice(first, None, every)
    gone = torch.tensor([images.classes.index(name) for name in without], dtype=torch.long)
    kept = torch.nonzero(~torch.isin(images.train_labels[part], gone)).squeeze(1)
    return images.train[part][kept[torch.randperm(len(kept), generator=generator)[:count]]]
