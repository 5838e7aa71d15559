"""Diversity in the features of a network, reduced to as many principal components as those of pixels.

A network tells an image in hundreds or thousands of numbers. In all of them nearest neighbours cost a check
many times as much, and see no more: in 32 components of a classifier's 3136, classes that are gone move
coverage as far. Nor are features scaled: those that seldom vary would count most
(benchmarks/RESULTS.md, in which features).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from latentop.engine.linear_algebra import evenly, full_precision, in_pieces
from latentop.engine.run.errors import UsageError
from latentop.engine.watch.samples.asked_network import FeatureNetwork
from latentop.engine.watch.samples.features import COMPONENTS
from latentop.engine.watch.samples.unmeasured import LEAST, unmeasurable

ASKED = 2048
"""Images of each set, training and held out, that a network is asked about at most, evenly spread: of some a
second is spent on a few."""
ALIKE = 1e-3
"""Points nearer than that, in standard deviations, are the same but for rounding."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkFeatures:
    """A network's answers, centred and projected: ``mean`` ``(f,)``, ``components`` ``(f, d)``."""

    network: FeatureNetwork
    mean: Tensor
    components: Tensor

    def __call__(self, images: Tensor) -> Tensor:
        """Points ``(n, d)`` of images ``(n, c, h, w)``: float32 on the CPU. Raises UsageError for none."""
        return self.project(self.network(images))

    def project(self, said: Tensor) -> Tensor:
        """Points ``(n, d)`` of what the network says ``(n, f)``."""
        if said.shape[1] != len(self.mean):
            raise UsageError(
                f"{self.network.name} returned {len(self.mean)} features, and now {said.shape[1]}",
                "give a network that always returns as many",
            )
        with full_precision():
            return (said - self.mean) @ self.components

    def refuse_few(self, points: Tensor) -> None:
        """Raise UnmeasurableError where fewer than LEAST of the points ``(n, d)`` of different images differ.

        Samples of a few kinds would be as near to each of these as real images are, however alike they are.
        """
        grid = points / (ALIKE * points.std(0).max().clamp_min(1e-30))
        if (count := len(grid.round().unique(dim=0))) < LEAST:
            raise unmeasurable(
                f"{self.network.name} returns {count} different features for {len(points)} different images,"
                f" and it takes {LEAST}",
                "give a network that tells images apart",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """Features, and the points of real images in them: those in ``held_out`` and in ``training`` places."""

    features: NetworkFeatures
    held_out: Tensor
    training: Tensor
    points: Tensor
    """``(n, d)``, those held out first."""


@torch.no_grad()
def pieces(network: FeatureNetwork, real: Tensor, training: Tensor) -> Iterator[Learned | None]:
    """Learn from real images in pieces of a fraction of a second: None after each, then what was learned.

    Components come from the training images. Raises UsageError where the network gives nothing
    that could be learned from.
    """
    places = evenly(len(real), ASKED), evenly(len(training), ASKED)
    answers: list[Tensor] = []
    for images, chosen in zip((real, training), places, strict=True):
        parts = []
        for part in network.parts(images, chosen):
            parts.append(part)
            yield None
        answers.append(torch.cat(parts) if parts else torch.empty(0))
    held, said = answers
    network.refuse_same(said)
    for found in in_pieces(said, min(COMPONENTS, len(said) - 1, said.shape[1])):
        if found is None:
            yield None
            continue
        mean, vectors = found
        features = NetworkFeatures(network=network, mean=mean.float(), components=vectors.float())
        points = [features.project(one) for one in (held, said) if len(one)]
        yield Learned(features=features, held_out=places[0], training=places[1], points=torch.cat(points))
