"""Which mode each sample is of, and whether it is a good one of it: told without the watch.

Against known centres or templates where the modes are known exactly; else by a convolutional classifier that
is taught on real images with their labels, in pixels.
"""

from dataclasses import replace
from functools import cache
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.gans import Classifier, teach
from benchmarks.made_images import MadeModes
from latentop.engine.data import Dataset, Mixture, load
from latentop.presets.data import FashionMNIST

NEAR = 4.0
"""Standard deviations of a mixture's mode within which a sample is good; the watch takes 3."""
CERTAIN = 0.8
"""Probability of a class from which on the classifier's word counts as a good sample."""
COUNTED = 0.03
"""Share of the real images that a class needs to count as a mode where a classifier tells them."""
SIDE = 28
"""Pixels of what the classifier sees: larger images are averaged down, smaller ones interpolated."""
EPOCHS = {"fashion-mnist": 2, "digits": 30, "folder": 12}
RIGHT = {"fashion-mnist": 0.85, "digits": 0.95, "folder": 0.75}
"""How often the classifier is right about images that it never saw, at least."""


class ModeCounter(Protocol):
    """``expected`` ``(modes,)`` has the share of each mode in real data; one without any is not counted."""

    @property
    def expected(self) -> Tensor:
        """Shares, 0 where a mode is not counted."""
        ...

    def __call__(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """The mode ``(n,)`` of samples ``(n, *shape)``, and whether each is a good one of it ``(n,)``."""
        ...


class MixtureModes:
    """Modes of a mixture: a sample is of the nearest centre's, and good within NEAR standard deviations."""

    def __init__(self, mixture: Mixture) -> None:
        self._centres, self._reach = mixture.centres.double(), NEAR * mixture.sd
        self.expected = torch.full((len(self._centres),), 1 / len(self._centres), dtype=torch.float64)

    def __call__(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """The mode of points ``(n, 2)``, and whether each is near."""
        nearest = torch.cdist(samples.double(), self._centres).min(1)
        return nearest.indices, nearest.values < self._reach


class JudgedModes:
    """Classes by a classifier of images; a sample is good where the classifier is certain."""

    def __init__(self, classifier: Classifier, expected: Tensor) -> None:
        self._classifier = classifier
        self.expected = expected

    @torch.no_grad()
    def __call__(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """The class of images ``(n, c, h, w)``, and whether the classifier is certain."""
        seen = resized(samples)
        best = torch.cat([self._classifier(part).softmax(1) for part in seen.split(500)]).max(1)
        return best.indices, best.values > CERTAIN


def mode_counter(dataset: Dataset) -> ModeCounter | None:
    """What tells the modes of a dataset, given whole and with its labels; None where nobody knows them."""
    if dataset.mixture is not None:
        return MixtureModes(dataset.mixture)
    if len(dataset.shape) != 3:
        return None
    kind, *rest = dataset.name.split("-")
    if kind == "made":
        return _made(int(rest[0]), tail="tail" in rest)
    return _judged(dataset)


def resized(images: Tensor) -> Tensor:
    """Images ``(n, c, h, w)`` as the classifier sees them: ``(n, c, SIDE, SIDE)``."""
    if images.shape[-1] > SIDE:
        return interpolate(images, (SIDE, SIDE), mode="area")
    if images.shape[-1] < SIDE:
        return interpolate(images, (SIDE, SIDE), mode="bilinear")
    return images


@cache
def _made(modes: int, *, tail: bool) -> MadeModes:
    return MadeModes.of(modes, tail=tail)


_taught: dict[str, JudgedModes] = {}
"""One by the name of its data: teaching takes longer than some runs."""


def _judged(dataset: Dataset) -> JudgedModes:
    name = dataset.name
    if name not in _taught:
        _taught[name] = _teach(dataset, name)
    return _taught[name]


def _teach(dataset: Dataset, name: str) -> JudgedModes:
    whole = load(FashionMNIST(size="full"), dataset.train.device) if name == "fashion-mnist" else dataset
    seen = replace(whole, train=resized(whole.train), test=resized(whole.test))
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        classifier = Classifier(len(seen.classes), channels=seen.shape[0])
        accuracy = teach(classifier, seen, epochs=EPOCHS[name], seed=0)
    assert accuracy > RIGHT[name], f"the judge is right about {accuracy:.0%} of unseen images only"
    labels = torch.cat([whole.train_labels, whole.test_labels])
    shares = torch.bincount(labels, minlength=len(whole.classes)).double() / len(labels)
    return JudgedModes(classifier, torch.where(shares >= COUNTED, shares, 0.0))
