"""A map of where held-out data lie among the codings, coloured by class."""

from collections.abc import Iterator
from math import ceil, log2

import torch
from torch import Tensor

from latentop.engine.data import Dataset
from latentop.engine.linear_algebra import precise, principal_components, turned_onto
from latentop.engine.objectives.protocol import Reconstructing
from latentop.engine.pictures.exhibit import Axes, frame, points, room, spread
from latentop.engine.pictures.scatter import scatter
from latentop.engine.run.events import Event, Scalars
from latentop.engine.watch.signals.dead_codings import measure
from latentop.presets.objectives import Variational
from latentop.presets.schema import Autoencoder, Preset, Pretraining

POINTS = 2000
WITHIN = 0.99
"""Share of the points that the map has room for; the rest lie on its edge."""


class CodingsMap:
    """Frame ``codings``, points and a colour image of up to POINTS held-out items; series ``codings/…``.
    Of large images there are fewer, as there is ``room``.

    Two codings are drawn as they are. More are projected onto their first two principal components, turned
    as near as can be to the map before (the first one: to the principal components of the data themselves),
    so that a class stays on its side of the map from frame to frame.
    """

    def __init__(self, objective: Reconstructing, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        chosen = spread(dataset.test_labels, room(dataset.shape, POINTS))
        self._items = dataset.test[chosen]
        self._seed = preset.seed
        self._labels = dataset.test_labels[chosen]
        self._classes = max(1, len(dataset.classes))
        self._informed = isinstance(preset.objective, Variational)  # whose divergence says more than these
        self._before: Tensor | None = None
        self._width = preset.autoencoder.latent_dim if isinstance(preset, Autoencoder | Pretraining) else 0

    @property
    def axes(self) -> Axes:
        """Codings themselves where there are two, else what they are projected onto."""
        drawn = ("coding 1", "coding 2") if self._width == 2 else ("1st axis of codings", "2nd")
        return {"codings": ("the coding", "") if self._width == 1 else drawn}

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """The map of this step; none where codings are not finite."""
        codings = self._objective.encode(self._objective.corrupt(self._items, self._seed))
        if codings.isfinite().all():
            placed = self._placed(codings)
            image = scatter(_within(placed), self._labels, self._classes)
            yield frame("codings", image[None], step, wall)
            where = placed + precise(codings).mean(0) if codings.shape[1] == 2 else placed
            yield points("codings", where, self._labels, step, wall)
            if not self._informed:
                yield Scalars(step=step, wall=wall, values=measure(codings))

    def place(self, codings: Tensor) -> Tensor:
        """Where codings ``(n, latent_dim)`` are in a picture: ``(n, 2)``, nearly all within [-1, 1]."""
        return _within(self._placed(codings))

    def _placed(self, codings: Tensor) -> Tensor:
        """The same as far apart as they are: ``(n, 2)``, centred."""
        if codings.shape[1] == 1:
            codings = torch.cat([codings, torch.zeros_like(codings)], dim=1)
        if codings.shape[1] == 2:
            return precise(codings) - precise(codings).mean(0)
        if self._before is None:
            self._before = _flat(self._items.flatten(1))
        self._before = turned_onto(_flat(codings), self._before)
        return self._before


def _within(placed: Tensor) -> Tensor:
    return placed / _room(placed)


def _flat(data: Tensor) -> Tensor:
    """Data ``(n, d)`` projected onto their first two principal components: ``(n, 2)``, centred."""
    mean, axes = principal_components(data, 2)
    return (precise(data) - mean) @ axes


def _room(points: Tensor) -> float:
    """How far the map reaches: in steps of a half power of two, so that it seldom changes."""
    reach = float(points.abs().amax(1).quantile(WITHIN))
    return 2.0 ** (ceil(2 * log2(reach)) / 2) if reach > 0 else 1.0
