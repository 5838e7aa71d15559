"""Ways through the codings: from one held-out image to another, and along single units."""

from collections.abc import Iterator

import torch
from torch import Tensor

from latentop.engine.data import Dataset
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.objectives.protocol import Reconstructing
from latentop.engine.pictures.exhibit import frame, room, spread
from latentop.engine.run.events import Event
from latentop.presets.schema import Preset

ROWS = 6
STOPS = 7
MEASURED = 512
"""Held-out images that the middle and the spread of a unit are taken from, at most."""
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
        self._items = dataset.test[spread(dataset.test_labels, room(dataset.shape, MEASURED))]

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step; no interpolation where a single image is held out."""
        if len(self._ends) > 1:
            ends = self._objective.encode(self._ends)
            yield frame("interpolation", self._strips(between(ends[0::2], ends[1::2])), step, wall)
        yield frame("traversal", self._strips(along(self._objective.encode(self._items))), step, wall)

    def _strips(self, codings: Tensor) -> Tensor:
        """Codings ``(ways, stops, latent_dim)`` to images ``(ways, channels, height, stops · width)``."""
        return strips(self._objective.decode(codings.flatten(0, 1)), len(codings))


class Arcs:
    """Frame ``interpolation`` of a generator: from the first sample to the second, the third to the fourth.

    One class a way, that of the sample where it begins.
    """

    def __init__(self, objective: Adversarial, preset: Preset) -> None:
        self._objective = objective
        ends = objective.codings(preset.keep.images, preset.seed)[: 2 * ROWS]
        self._codings = around(ends[0::2], ends[1::2])
        begin = 2 * torch.arange(len(self._codings))
        self._classes = (begin % max(objective.classes, 1)).repeat_interleave(STOPS)

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """The frame of this step; none where there are too few samples for one way."""
        if len(self._codings):
            images = self._objective.decode(self._codings.flatten(0, 1), self._classes)
            yield frame("interpolation", strips(images, len(self._codings)), step, wall)


def strips(images: Tensor, ways: int) -> Tensor:
    """Images ``(ways · stops, channels, height, width)``: ``(ways, channels, height, stops · width)``."""
    side_by_side: Tensor = images.unflatten(0, (ways, -1)).permute(0, 2, 3, 1, 4).flatten(3)
    return side_by_side


def around(starts: Tensor, ends: Tensor) -> Tensor:
    """Ways along great circles, as far from the origin as their ends: ``(ways, STOPS, latent_dim)``.

    Codings of a Gaussian prior lie on a shell, and a generator has not seen what straight ways pass through
    (White 2016, "Sampling generative networks", arXiv 1609.04468, section 2).
    """
    ways = min(len(starts), len(ends))
    starts, ends = starts[:ways, None], ends[:ways, None]
    cosine = torch.cosine_similarity(starts, ends, dim=2).clamp(-1, 1)
    angle = cosine.acos().clamp(1e-4, torch.pi - 1e-4)[..., None]
    share = torch.linspace(0, 1, STOPS)[:, None]
    arcs: Tensor = (((1 - share) * angle).sin() * starts + (share * angle).sin() * ends) / angle.sin()
    return arcs


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
