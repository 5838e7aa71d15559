"""A map of where held-out data lie among the codings, coloured by class."""

from collections.abc import Iterator
from math import ceil, log2

import torch
from torch import Tensor

from engine.data import Dataset
from engine.gallery.axes import precise, principal_axes, turned_onto
from engine.gallery.exhibit import frame, spread
from engine.gallery.scatter import scatter
from engine.objectives.protocol import Reconstructing
from engine.run.events import Event, Scalars
from engine.watch.codings import measure
from presets.objectives import Variational
from presets.schema import Preset

POINTS = 2000
WITHIN = 0.99
"""Share of the points that the map has room for; the rest lie on its edge."""


class CodingsMap:
    """Frame ``codings``, a colour image with a point for each of up to POINTS held-out items; ``codings/…``.

    Two codings are drawn as they are. More are projected onto their first two principal components, turned
    as near as can be to the map before (the first one: to the principal components of the data themselves),
    so that a class stays on its side of the map from frame to frame.
    """

    def __init__(self, objective: Reconstructing, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        chosen = spread(dataset.test_labels, POINTS)
        self._items = dataset.test[chosen]
        self._seed = preset.seed
        self._labels = dataset.test_labels[chosen]
        self._classes = max(1, len(dataset.classes))
        self._informed = isinstance(preset.objective, Variational)  # whose divergence says more than these
        self._before: Tensor | None = None

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """The map of this step; none where codings are not finite."""
        codings = self._objective.encode(self._objective.corrupt(self._items, self._seed))
        if codings.isfinite().all():
            points = self.place(codings)
            yield frame("codings", scatter(points, self._labels, self._classes)[None], step, wall)
            if not self._informed:
                yield Scalars(step=step, wall=wall, values=measure(codings))

    def place(self, codings: Tensor) -> Tensor:
        """Where codings ``(n, latent_dim)`` are drawn: ``(n, 2)``, nearly all within [-1, 1]."""
        if codings.shape[1] == 1:
            codings = torch.cat([codings, torch.zeros_like(codings)], dim=1)
        if codings.shape[1] == 2:
            points = precise(codings) - precise(codings).mean(0)
        else:
            if self._before is None:
                self._before = _flat(self._items.flatten(1))
            self._before = points = turned_onto(_flat(codings), self._before)
        return points / _room(points)


def _flat(data: Tensor) -> Tensor:
    """Data ``(n, d)`` projected onto their first two principal components: ``(n, 2)``, centred."""
    mean, axes = principal_axes(data, 2)
    return (precise(data) - mean) @ axes


def _room(points: Tensor) -> float:
    """How far the map reaches: in steps of a half power of two, so that it seldom changes."""
    reach = float(points.abs().amax(1).quantile(WITHIN))
    return 2.0 ** (ceil(2 * log2(reach)) / 2) if reach > 0 else 1.0
