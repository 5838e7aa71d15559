"""Points in space and their reconstructions, seen from one side: what an autoencoder of points shows."""

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from latentop.engine.data import Dataset
from latentop.engine.linear_algebra import precise, principal_components
from latentop.engine.objectives.protocol import Reconstructing
from latentop.engine.pictures.exhibit import Axes, frame, points
from latentop.engine.pictures.scatter import scatter
from latentop.engine.run.events import Event, Scalars
from latentop.presets.schema import Preset

POINTS = 2000
SLANT = 0.5
"""How much of the second principal axis is seen beside the last: the plane from a low angle, not on edge."""


class Clouds:
    """Frames ``input`` and ``reconstruction``, points and one colour image each; series ``valid/…``.

    Seen so that the first principal axis goes right, and both the second and the last one up: points off
    the principal plane stand out from it.
    """

    axes: ClassVar[Axes] = dict.fromkeys(
        ("input", "reconstruction"), ("1st principal axis", "2nd and last, mixed")
    )

    def __init__(self, objective: Reconstructing, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        self._test = dataset.test
        self._points = dataset.test[:POINTS]
        self._labels = dataset.test_labels[:POINTS]
        self._classes = max(1, len(dataset.classes))
        self._seed = preset.seed
        dimensions = dataset.test.shape[1]
        self._mean, axes = principal_components(dataset.train, dimensions)
        up = SLANT * axes[:, 1] + (1 - SLANT) * axes[:, -1] if dimensions > 1 else 0 * axes[:, 0]
        self._view = torch.stack([axes[:, 0], up], dim=1)
        self._reach = float(self._seen(dataset.train).abs().max()) * 1.1 or 1.0

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames and validation losses of this step."""
        shown = self._objective.corrupt(self._points, self._seed)
        for kind, cloud in (("input", self._points), ("reconstruction", self._objective.reconstruct(shown))):
            yield frame(kind, self._image(cloud), step, wall)
            yield points(kind, self._seen(cloud), self._labels, step, wall)
        yield Scalars(step=step, wall=wall, values=self._objective.validate(self._test))

    def _seen(self, points: Tensor) -> Tensor:
        return (precise(points) - self._mean) @ self._view

    def _image(self, points: Tensor) -> Tensor:
        """``(1, 3, side, side)`` in [0, 1]."""
        return scatter(self._seen(points) / self._reach, self._labels, self._classes)[None]
