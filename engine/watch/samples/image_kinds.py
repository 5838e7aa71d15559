"""Kinds of images, where nobody has named any: k-means in the features, so that lost modes show all the same.

Source: Lloyd 1982, Least squares quantization in PCM; seeds after Arthur and Vassilvitskii 2007, k-means++.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from latentop.engine.linear_algebra import evenly, repeatable
from latentop.engine.watch.samples import modes
from latentop.engine.watch.samples.modes import Modes
from latentop.engine.watch.samples.neighbours import squared_distances

BINS = 32
NUMBERS = (BINS, 24, 20, 16, 12, 10, 8, 6, 5, 4, 3, 2)
"""How many kinds are tried, the most first."""
PER_KIND = 16
"""Samples that a kind should have, on average, for its absence to mean something."""
IN_KIND = 32
"""Real images that a kind should have, on average."""
BINNED = 4096
"""Images that kinds are found in, at most."""
JUDGED = 0.95
"""Share of real images that are of kinds whose absence would be seen: then there are few enough kinds."""
RIGHT = 0.85
"""Share of real images that are told to be of their kind by their neighbours: noise has no such kinds."""
ROUNDS = 25
"""Of assigning and averaging, at most: kinds of images hardly move after ten."""


def found(known: Tensor, unseen: Tensor, samples: int) -> Iterator[Modes | None]:
    """As many kinds as can be told to be missing from so many samples: None after each try, then the kinds.

    They are found in features ``known`` ``(n, d)``; ``unseen`` ``(m, d)`` judge them where these are more.
    Where images have no kinds, as noise has none, the most are taken, of which next to none is ever counted.
    """
    most = max(2, min(BINS, samples // PER_KIND, len(known) // IN_KIND))
    largest = None
    for number in (most, *(fewer for fewer in NUMBERS if fewer < most)):
        with repeatable():
            centres = cluster(known[evenly(len(known), BINNED)], number)
            named = tuple(f"kind {place}" for place in range(1, number + 1))
            made = modes.learn(known, nearest(known, centres), unseen, nearest(unseen, centres), named)
        if made.right >= RIGHT and made.judged_share(samples) >= JUDGED:
            yield made
            return
        largest = largest or made
        yield None
    yield largest


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
