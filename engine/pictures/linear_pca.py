"""How close a linear autoencoder has come to principal component analysis."""

from collections.abc import Iterator

import torch

from latentop.engine.data import Dataset
from latentop.engine.linear_algebra import largest_angle, precise, principal_components
from latentop.engine.objectives.protocol import Reconstructing
from latentop.engine.run.events import Event, Scalars
from latentop.presets.networks import StackedAutoencoder
from latentop.presets.schema import Autoencoder, Preset

CHUNK = 4096


class Principal:
    """Series ``pca/angle`` and ``pca/relative-error``, both 0 at the optimum, on the training data.

    It takes data no wider than EXACT, of which principal axes are exact.
    The decoder's weights span the principal plane at the optimum, without being the principal axes themselves
    (Plaut 2018, arXiv 1804.10253, section 2): so planes are compared, not axes.
    """

    def __init__(self, objective: Reconstructing, dataset: Dataset, latent_dim: int) -> None:
        self._objective = objective
        self._train = dataset.train
        self._latent_dim = latent_dim
        rows = dataset.train.flatten(1)
        mean, self._axes = principal_components(rows, latent_dim)
        self._optimum = 0.0
        for part in rows.split(CHUNK):
            centred = precise(part) - mean
            self._optimum += float((centred - centred @ self._axes @ self._axes.T).square().sum())

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """The angle in degrees, from 0 to 90, and the squared error over the optimum, minus 1."""
        units = torch.eye(self._latent_dim, device=self._train.device)
        corners = self._objective.decode(torch.cat([torch.zeros_like(units[:1]), units])).flatten(1)
        values = {"pca/angle": largest_angle(self._axes, (corners[1:] - corners[0]).T)}
        if self._optimum > 0:
            values["pca/relative-error"] = self._error() / self._optimum - 1
        yield Scalars(step=step, wall=wall, values=values)

    def _error(self) -> float:
        parts = self._train.split(CHUNK)
        return sum(
            float((precise(self._objective.reconstruct(part)) - precise(part)).square().sum())
            for part in parts
        )


def is_linear(preset: Preset) -> bool:
    """Whether the preset's autoencoder has no non-linearity."""
    network = preset.autoencoder if isinstance(preset, Autoencoder) else None
    return (
        isinstance(network, StackedAutoencoder)
        and network.activation == "linear"
        and network.codings == "linear"
    )
