"""What is true of a run, found without the watch: from samples, weights, and pixels, never from its features.

Modes are counted against known centres, or by a convolutional classifier trained on images that the watch
never saw; copies are looked for in pixels; weights are asked whether they are finite. One ``Look`` says all
of that at one step.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from benchmarks.gans import Classifier, teach
from engine.data import Dataset, load
from engine.objectives import Generative, Objective, Reconstructing
from engine.trainer import Trainer
from presets.data import FashionMNIST

CPU = torch.device("cpu")
SAMPLES = 1000
SEED = 77_000
"""Of the codings: others than the watch draws."""
FAIR = 0.2
"""A mode counts with this much of its fair share of the good samples."""
NEAR = 4.0
"""Standard deviations of a mixture's mode within which a sample is good; the watch takes 3."""
CERTAIN = 0.8
"""Probability of a class from which on the classifier's word counts as a good sample."""
SPLIT = 500
"""Images of each kind, seen in training or not, that samples are compared with in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """At one step. What does not apply is None.

    ``modes`` is the share of modes present, ``good`` the share of good samples, ``copies`` that of near
    copies of training images beyond chance, all in [0, 1]; ``finite`` says whether every weight is,
    ``largest`` is the largest of them by size. ``unseen`` is an autoencoder's error on images that it never
    saw, ``seen`` on others that it trained on; ``answers`` is how much its reconstructions differ from one
    another, as a share of how much the images do.
    """

    step: int
    finite: bool
    largest: float
    modes: float | None = None
    good: float | None = None
    copies: float | None = None
    seen: float | None = None
    unseen: float | None = None
    answers: float | None = None


@torch.no_grad()
def twins(samples: Tensor, real: Tensor) -> float:
    """How far apart samples ``(n, c, h, w)`` are in pixels, relative to as many real images: 1 is like these.

    The median distance of each to the nearest other one; near 0 where the same image comes again and again.
    """
    return _apart(samples) / _apart(real[: len(samples)])


def _apart(images: Tensor) -> float:
    pixels = images.flatten(1).float()
    return float(torch.cdist(pixels, pixels).fill_diagonal_(torch.inf).amin(1).median())


@torch.no_grad()
def look(trainer: Trainer, dataset: Dataset) -> Look:
    """The truth about a run at its present step; its training is unmoved."""
    objective = trainer.objective
    weights = [p for network in objective.networks.values() for p in network.parameters()]
    finite = all(bool(p.isfinite().all()) for p in weights)
    largest = max(float(p.abs().max()) for p in weights)
    found = Look(step=trainer.step, finite=finite, largest=largest)
    if not finite:
        return found
    values: dict[str, float] = {}
    if isinstance(objective, Generative) and dataset.shape != (1,):
        values |= _of_samples(objective.draw(SAMPLES, SEED + trainer.step), dataset)
    if isinstance(objective, Reconstructing):
        values |= _of_reconstructions(objective, dataset)
    return Look(step=trainer.step, finite=finite, largest=largest, **values)


def _of_samples(samples: Tensor, dataset: Dataset) -> dict[str, float]:
    if not samples.isfinite().all():
        return {"modes": 0.0, "good": 0.0}
    if dataset.mixture is not None:
        distances = torch.cdist(samples.double(), dataset.mixture.centres.double())
        nearest = distances.min(1)
        good = nearest.values < NEAR * dataset.mixture.sd
        return _present(nearest.indices[good], len(dataset.mixture.centres), good)
    probabilities = _probabilities(samples)
    best = probabilities.max(1)
    good = best.values > CERTAIN
    return _present(best.indices[good], probabilities.shape[1], good) | {"copies": _copies(samples, dataset)}


def _present(called: Tensor, modes: int, good: Tensor) -> dict[str, float]:
    counts = torch.bincount(called, minlength=modes)
    enough = counts >= FAIR * max(len(called), 1) / modes
    there = float((enough & (counts > 0)).float().mean())
    return {"modes": there, "good": float(good.float().mean())}


def _copies(samples: Tensor, dataset: Dataset) -> float:
    """In pixels: samples twice as near to a training image as to any of as many unseen ones, minus chance."""
    many = min(len(dataset.train), SPLIT)
    places = torch.linspace(0, len(dataset.train) - 1, many).round().long()
    pixels = samples.flatten(1)
    seen = torch.cdist(pixels, dataset.train[places].flatten(1)).amin(1)
    unseen = torch.cdist(pixels, dataset.test[:many].flatten(1)).amin(1)
    return float((seen < unseen / 2).float().mean() - (unseen < seen / 2).float().mean())


def _of_reconstructions(objective: Objective, dataset: Dataset) -> dict[str, float]:
    assert isinstance(objective, Reconstructing)
    unseen, seen = dataset.test[-SPLIT:], dataset.train[:SPLIT]
    answers = objective.reconstruct(unseen)
    return {
        "seen": float((objective.reconstruct(seen) - seen).square().mean()),
        "unseen": float((answers - unseen).square().mean()),
        "answers": float(answers.var(0).mean() / unseen.var(0).mean()),
    }


def _probabilities(images: Tensor) -> Tensor:
    classifier = judge()
    return torch.cat([classifier(part).softmax(1) for part in images.split(500)])


@cache
def judge() -> Classifier:
    """A classifier of Fashion-MNIST, taught on all of its training images."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        dataset = load(FashionMNIST(size="full"), CPU)
        classifier = Classifier(len(dataset.classes))
        accuracy = teach(classifier, dataset, epochs=2, seed=0)
    assert accuracy > 0.85, f"the judge is right about {accuracy:.0%} of unseen images only"
    return classifier
