"""What is true of a run, found without the watch: from samples, weights, and pixels, never from its features.

Modes are counted against known centres or templates, or by a convolutional classifier of pixels; copies are
looked for in pixels; weights are asked whether they are finite. One ``Look`` says all of that at one step.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.alarms.image_sets import Known
from benchmarks.alarms.mode_counts import ModeCounter, mode_counter
from latentop.engine.data import Dataset
from latentop.engine.objectives import Generative, Objective, Reconstructing
from latentop.engine.train.trainer import Trainer

CPU = torch.device("cpu")
SAMPLES = 1000
SEED = 77_000
"""Of the codings: others than the watch draws."""
FAIR = 0.2
"""A mode counts with this much of its fair share of the good samples."""
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
def twins(samples: Tensor, known: Known) -> float:
    """How far apart samples ``(n, c, h, w)`` are in pixels, relative to as many real images: 1 is like these.

    The median distance of each to the nearest other one; near 0 where the same image comes again and again.
    Where fewer real images were never trained on, fewer samples are looked at.
    """
    count = min(len(samples), len(known.unseen))
    return _apart(samples[:count]) / _apart(known.unseen[:count])


def _apart(images: Tensor) -> float:
    pixels = images.flatten(1).float()
    return float(torch.cdist(pixels, pixels).fill_diagonal_(torch.inf).amin(1).median())


@torch.no_grad()
def look(trainer: Trainer, known: Known) -> Look:
    """The truth about a run at its present step; its training is unmoved."""
    objective = trainer.objective
    weights = [p for network in objective.networks.values() for p in network.parameters()]
    finite = all(bool(p.isfinite().all()) for p in weights)
    largest = max(float(p.abs().max()) for p in weights)
    found = Look(step=trainer.step, finite=finite, largest=largest)
    if not finite:
        return found
    values: dict[str, float] = {}
    if isinstance(objective, Generative) and (counter := mode_counter(known.whole)) is not None:
        values |= _of_samples(objective.draw(SAMPLES, SEED + trainer.step), known, counter)
    if isinstance(objective, Reconstructing):
        values |= _of_reconstructions(objective, known.dataset)
    return Look(step=trainer.step, finite=finite, largest=largest, **values)


def _of_samples(samples: Tensor, known: Known, counter: ModeCounter) -> dict[str, float]:
    if not samples.isfinite().all():
        return {"modes": 0.0, "good": 0.0}
    called, good = counter(samples)
    found = {"modes": _present(called[good], counter.expected), "good": float(good.float().mean())}
    return found if samples.ndim == 2 else found | {"copies": _copies(samples, known)}


def _present(called: Tensor, expected: Tensor) -> float:
    """Share of the modes that have some of the good samples ``(n,)``, and enough of what is expected."""
    counts = torch.bincount(called, minlength=len(expected))
    there = (counts >= FAIR * max(len(called), 1) * expected) & (counts > 0)
    return float(there[expected > 0].double().mean())


def _copies(samples: Tensor, known: Known) -> float:
    """In pixels: samples twice as near to a training image as to any of as many unseen ones, minus chance."""
    training = known.dataset.train
    many = min(len(training), SPLIT)
    places = torch.linspace(0, len(training) - 1, many).round().long()
    pixels = samples.flatten(1)
    seen = torch.cdist(pixels, training[places].flatten(1)).amin(1)
    unseen = torch.cdist(pixels, known.unseen[:many].flatten(1)).amin(1)
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
