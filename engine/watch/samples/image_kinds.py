"""Kinds of images, where nobody has named any: k-means in the features, so that lost modes show all the same.

Source: Lloyd 1982, Least squares quantization in PCM; seeds after Arthur and Vassilvitskii 2007, k-means++.
"""

import torch
from torch import Tensor

from latentop.engine.watch.samples.neighbours import squared_distances

BINS = 32
ROUNDS = 25
"""Of assigning and averaging, at most: kinds of images hardly move after ten."""


def cluster(points: Tensor, bins: int = BINS) -> Tensor:
    """Centres ``(bins, d)`` of points ``(n, d)``, on their device; the same points give the same centres.

    Raises ValueError for fewer points than bins.
    """
    if len(points) < bins:
        raise ValueError(f"{len(points)} points make no {bins} bins")
    device, points = points.device, points.cpu()  # where sums have an order
    centres = _seeds(points, bins)
    for _ in range(ROUNDS):
        called = nearest(points, centres)
        sums = torch.zeros_like(centres).index_add_(0, called, points)
        counts = torch.bincount(called, minlength=bins).unsqueeze(1)
        moved = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
        if torch.equal(moved, centres):
            break
        centres = moved
    return centres.to(device)


def nearest(points: Tensor, centres: Tensor) -> Tensor:
    """The bin ``(n,)`` that each point ``(n, d)`` falls into."""
    return squared_distances(points, centres).argmin(1)


def _seeds(points: Tensor, bins: int) -> Tensor:
    """Points far from one another: each is drawn by its squared distance from those before it."""
    private = torch.Generator().manual_seed(0)
    chosen = [int(torch.randint(len(points), (1,), generator=private))]
    away = squared_distances(points, points[chosen]).squeeze(1)
    for _ in range(bins - 1):
        weights = away.double()
        drawn = torch.multinomial(weights, 1, generator=private) if weights.sum() > 0 else chosen[0]
        chosen.append(int(drawn))
        away = torch.minimum(away, squared_distances(points, points[chosen[-1:]]).squeeze(1))
    return points[chosen]
