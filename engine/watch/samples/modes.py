"""Which classes the samples show: a small k-NN classifier that knows its own mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from latentop.engine.linear_algebra import evenly
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples.neighbours import squared_distances

EXEMPLARS = 2048
NEIGHBOURS = 5
IN_A_ROW = 3
"""Readings that have to miss a class before that is news."""
CHANCE = 3e-5
"""How often so many readings of real data may miss one by chance: the smallest classes are not judged."""
KNOWN = 4.0
"""σ of its share of real images that a class should have, at least: else chance may have given it those."""


DOUBT = 1.5
"""σ of its share of real images by which a class may be rarer than these say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """A classifier on features, with what held-out real images say about it.

    ``exemplars`` ``(m, d)`` and ``labels`` ``(m,)`` vote.
    ``expected`` ``(classes,)`` is the share of real images called each class; ``leak`` ``(classes,)`` is the
    share that would still be called so if the class were gone: a shirt is easily taken for a coat. Both are
    known from ``judged`` images.
    """

    exemplars: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    expected: Tensor
    leak: Tensor
    judged: int

    def histogram(self, features: Tensor) -> Tensor:
        """Share of points ``(n, d)`` called each class: ``(classes,)``, sums to 1."""
        called = classify(features, self.exemplars, self.labels, len(self.classes))
        return F.one_hot(called, len(self.classes)).float().mean(0)

    def known(self, samples: int) -> Tensor:
        """Of which classes their absence among so many samples would be seen: bool ``(classes,)``.

        Where this is one class alone, it is none: a count of one says nothing of diversity, and among many
        kinds of noise one is told by chance.
        """
        told, chance = self.expected - self.leak, (self.expected / self.judged).sqrt()
        # How often real data have so few samples of a class that it counts as lost: Poisson's distribution.
        few = ((self.leak + PRESENT * told) * samples).ceil().clamp(min=1)
        least = (self.expected - DOUBT * chance).clamp(min=0)
        missed = torch.special.gammaincc(few.double(), (least * samples).clamp(min=1e-9).double())
        order = missed.argsort()
        seldom = torch.zeros_like(missed, dtype=torch.bool)
        seldom[order] = missed[order].pow(IN_A_ROW).cumsum(0) < CHANCE
        seen = seldom & (told > KNOWN * chance)
        return seen if int(seen.sum()) > 1 else torch.zeros_like(seen)

    def presence(self, histogram: Tensor, samples: int) -> dict[str, float]:
        """Each class of so many samples, mistakes taken off, relative to real data: 1 as there, 0 absent.

        A class that the classifier cannot tell from its neighbours, or that is too small, is not among them.
        """
        known = self.known(samples)
        relative = ((histogram - self.leak) / (self.expected - self.leak)).clamp(min=0).tolist()
        return {name: share for name, share, told in zip(self.classes, relative, known, strict=True) if told}

    def variances(self, samples: int) -> dict[str, tuple[float, float]]:
        """What chance gives to presences in so many samples: of an absent class, of one as in real data."""
        known, told = self.known(samples), self.expected - self.leak
        pairs = (torch.stack([self.leak, self.expected], 1) / (samples * told.square()).unsqueeze(1)).tolist()
        return {
            name: (absent, whole)
            for name, (absent, whole), one in zip(self.classes, pairs, known, strict=True)
            if one
        }


def classify(
    points: Tensor, exemplars: Tensor, labels: Tensor, classes: int, *, without_itself: bool = False
) -> Tensor:
    """The class ``(n,)`` that most of a point's nearest exemplars have; the nearer ones break ties.

    ``without_itself``: the points are the exemplars, and none has a vote on itself.
    """
    k = min(NEIGHBOURS, len(exemplars) - without_itself)
    distances = squared_distances(points, exemplars)
    if without_itself:
        distances.fill_diagonal_(torch.inf)
    nearest = distances.topk(k, largest=False).indices
    weights = 1 - 0.01 * torch.arange(k, device=points.device).unsqueeze(1)
    return (F.one_hot(labels[nearest], classes) * weights).sum(1).argmax(1)


def learn(
    training: Tensor,
    training_labels: Tensor,
    held_out: Tensor,
    held_out_labels: Tensor,
    classes: Sequence[str],
) -> Modes:
    """The classifier of features ``(m, d)`` with labels ``(m,)``, judged on others ``(n, d)``, ``(n,)``.

    At most ``EXEMPLARS`` of the training points vote, evenly spread over those given. Where there are more of
    them than held-out points, they are judged themselves, each by the votes of the others.
    """
    places = evenly(len(training), EXEMPLARS)
    exemplars, labels = training[places], training_labels.long()[places]
    truth = held_out_labels.long()
    if len(exemplars) > len(held_out):
        called, truth = classify(exemplars, exemplars, labels, len(classes), without_itself=True), labels
    else:
        called = classify(held_out, exemplars, labels, len(classes))
    pairs = F.one_hot(truth, len(classes)).float().T @ F.one_hot(called, len(classes)).float()
    own = pairs.diagonal()
    others = len(truth) - pairs.sum(1)
    return Modes(
        exemplars=exemplars,
        labels=labels,
        classes=tuple(classes),
        expected=pairs.sum(0) / len(truth),
        leak=(pairs.sum(0) - own) / others.clamp(min=1),
        judged=len(truth),
    )
