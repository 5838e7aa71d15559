"""Ways through the codings: from one held-out image to another, and along single units."""

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.data import Dataset
from engine.gallery.exhibit import frame, spread
from engine.objectives.protocol import Reconstructing
from engine.run.events import Event
from presets.schema import Preset

ROWS = 6
STOPS = 7
MEASURED = 512
"""Held-out images that the middle and the spread of a unit are taken from."""
FAR = 2.0
"""Standard deviations that a traversal goes to either side."""


class Journeys:
    """Frames ``interpolation`` and ``traversal``: each image is one way, its stops side by side.

    Interpolations go between held-out images of different classes. Traversals change one unit, the first
    ones in order, from FAR standard deviations below its mean to as many above, the others at their mean.
    """

    def __init__(self, objective: Reconstructing, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        self._ends = dataset.test[spread(dataset.test_labels, 2 * ROWS)]
        self._items = dataset.test[spread(dataset.test_labels, MEASURED)]

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step."""
        ends = self._objective.encode(self._ends)
        yield frame("interpolation", self._strips(between(ends[0::2], ends[1::2])), step, wall)
        yield frame("traversal", self._strips(along(self._objective.encode(self._items))), step, wall)

    def _strips(self, codings: Tensor) -> Tensor:
        """Codings ``(ways, stops, latent_dim)`` to images ``(ways, channels, height, stops · width)``."""
        images = self._objective.decode(codings.flatten(0, 1)).unflatten(0, codings.shape[:2])
        strips: Tensor = images.permute(0, 2, 3, 1, 4).flatten(3)
        return strips


def between(starts: Tensor, ends: Tensor) -> Tensor:
    """Straight ways from starts to ends, each ``(ways, latent_dim)``: ``(ways, STOPS, latent_dim)``."""
    ways = min(len(starts), len(ends))
    share = torch.linspace(0, 1, STOPS, device=starts.device)[:, None]
    return starts[:ways, None] * (1 - share) + ends[:ways, None] * share


def along(codings: Tensor) -> Tensor:
    """Ways along single units, given codings ``(n, latent_dim)``: ``(ways, STOPS, latent_dim)``."""
    mean, sd = codings.mean(0), codings.std(0, unbiased=False)
    units = torch.eye(len(mean), device=codings.device)[:ROWS, None]
    way = torch.linspace(-FAR, FAR, STOPS, device=codings.device)[:, None]
    ways: Tensor = mean + units * way * sd
    return ways
