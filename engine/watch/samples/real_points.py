"""Real images as a meter sees them: their points, the detail of their pixels, and what would be a copy."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from latentop.engine.linear_algebra import repeatable
from latentop.engine.watch.samples import features, network_features
from latentop.engine.watch.samples.asked_network import FeatureNetwork
from latentop.engine.watch.samples.copies import Copies
from latentop.engine.watch.samples.features import Features
from latentop.engine.watch.samples.network_features import NetworkFeatures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealPoints:
    """Points ``(n, d)`` of real images, those held out first, and the ``detail`` ``(n,)`` of their pixels.

    ``pixels`` ``(n, k)`` are their coordinates in ``features``, by which the same image is known again.
    ``held_out`` and ``training`` are their places among the images of each set. ``copies`` and ``grain``, the
    share of the variance of pixels that is detail, are of all images.
    """

    features: Features
    network: NetworkFeatures | None
    points: Tensor
    detail: Tensor
    pixels: Tensor
    held_out: Tensor
    training: Tensor
    copies: Copies
    grain: float

    @property
    def sets(self) -> tuple[Tensor, Tensor]:
        """The points of the images held out, and those of the others."""
        return self.points[: len(self.held_out)], self.points[len(self.held_out) :]


@torch.no_grad()
def pieces(
    real: Tensor, training: Tensor, network: FeatureNetwork | None
) -> Generator[None, None, RealPoints]:
    """See held-out and training images ``(m, c, h, w)`` in pieces of a fraction of a second.

    Raises UsageError where there is a ``network`` and it gives no features.
    """
    fitted, found = features.pieces(training), None
    while found is None:
        found = next(fitted)
        yield
    parts = []
    for part in _split(found, real, training):
        parts.append(part)
        yield
    points, detail = (torch.cat(column) for column in zip(*parts, strict=True))
    with repeatable():
        copies = Copies.among(points[len(real) :], points[: len(real)])
    yield
    grain = _grain(points, detail, width=len(found.mean))
    if network is None:
        return RealPoints(
            features=found,
            network=None,
            points=points,
            detail=detail,
            pixels=points,
            held_out=torch.arange(len(real)),
            training=torch.arange(len(training)),
            copies=copies,
            grain=grain,
        )
    learning, learned = network_features.pieces(network, real, training), None
    while learned is None:
        learned = next(learning)
        yield
    chosen = torch.cat([learned.held_out, len(real) + learned.training])
    return RealPoints(
        features=found,
        network=learned.features,
        points=learned.points,
        detail=detail[chosen],
        pixels=points[chosen],
        held_out=learned.held_out,
        training=learned.training,
        copies=copies,
        grain=grain,
    )


def _split(onto: Features, *sets: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    for images in sets:
        for part in images.split(features.CHUNK):
            yield onto.split(part)


def _grain(points: Tensor, detail: Tensor, *, width: int) -> float:
    """Of the variance of real images of ``width`` values, the share that is detail; 0 where all are equal."""
    rest = float(detail.double().median())
    whole = float(points.double().var(0).sum()) / width + float(detail.double().mean())
    return rest / whole if whole else 0.0
