"""Which classes the samples show: a small k-NN classifier that knows its own mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.watch.neighbours import squared_distances

EXEMPLARS = 2048
NEIGHBOURS = 5
BACK = 0.4
"""A class that was lost, below ``PRESENT``, is there again above this share of what real data gives."""
SMALL = 0.015
"""Share of real images: too few samples belong to smaller classes to say that they are lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """A classifier on features, with what held-out real images say about it.

    ``exemplars`` ``(m, d)`` and ``labels`` ``(m,)`` vote. ``accuracy`` in [0, 1] is of held-out images.
    ``expected`` ``(classes,)`` is the share of real images called each class; ``leak`` ``(classes,)`` is the
    share that would still be called so if the class were gone: a shirt is easily taken for a coat.
    """

    exemplars: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    accuracy: float
    expected: Tensor
    leak: Tensor

    def histogram(self, features: Tensor) -> Tensor:
        """Share of points ``(n, d)`` called each class: ``(classes,)``, sums to 1."""
        called = classify(features, self.exemplars, self.labels, len(self.classes))
        return F.one_hot(called, len(self.classes)).float().mean(0)

    def presence(self, histogram: Tensor) -> tuple[float, ...]:
        """Each class relative to real data, mistakes taken off: 1 as in real data, 0 absent.

        A class that the classifier cannot tell from its neighbours, or that is ``SMALL``, counts as there.
        """
        told = self.expected - self.leak
        relative = (histogram - self.leak) / told
        return tuple(relative.clamp(min=0).where(told > SMALL, 1.0).tolist())


def classify(points: Tensor, exemplars: Tensor, labels: Tensor, classes: int) -> Tensor:
    """The class ``(n,)`` that most of a point's nearest exemplars have; the nearer ones break ties."""
    k = min(NEIGHBOURS, len(exemplars))
    nearest = squared_distances(points, exemplars).topk(k, largest=False).indices
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

    At most ``EXEMPLARS`` of the training points vote, evenly spread over those given.
    """
    places = torch.linspace(0, len(training) - 1, min(len(training), EXEMPLARS), device=training.device)
    places = places.round().long()
    exemplars, labels = training[places], training_labels.long()[places]
    called = classify(held_out, exemplars, labels, len(classes))
    truth = held_out_labels.long()
    pairs = F.one_hot(truth, len(classes)).float().T @ F.one_hot(called, len(classes)).float()
    own = pairs.diagonal()
    others = len(truth) - pairs.sum(1)
    return Modes(
        exemplars=exemplars,
        labels=labels,
        classes=tuple(classes),
        accuracy=float(own.sum() / len(truth)),
        expected=pairs.sum(0) / len(truth),
        leak=(pairs.sum(0) - own) / others.clamp(min=1),
    )
