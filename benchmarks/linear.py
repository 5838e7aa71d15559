"""What linear codings reach: principal component analysis, which an autoencoder has to beat."""

from collections.abc import Iterable

from torch import Tensor
from torch.nn.functional import mse_loss

from latentop.engine.data import Dataset
from latentop.engine.linear_algebra import precise, principal_components
from latentop.engine.objectives.protocol import Reconstructing

TRAINING_SEED, HELD_OUT_SEED = 2, 1
"""Of the noise; that of held-out data is the one that a denoising objective validates with."""


def pca_errors(dataset: Dataset, sizes: Iterable[int]) -> dict[int, float]:
    """Mean squared error per pixel of held-out data, by the number of principal components.

    All from one decomposition of the training data. No components: the mean alone.
    """
    sizes = list(sizes)
    mean, axes = principal_components(dataset.train.flatten(1), max(sizes))
    centred = precise(dataset.test.flatten(1)) - mean
    return {size: _beyond(centred, axes[:, :size]).square().mean().item() for size in sizes}


def pca_of_noisy(objective: Reconstructing, dataset: Dataset, components: int) -> float:
    """Mean squared error per pixel, against clean held-out data, of noisy ones put through PCA.

    The components are those of noisy training data.
    """
    mean, axes = principal_components(objective.corrupt(dataset.train, TRAINING_SEED).flatten(1), components)
    noisy = precise(objective.corrupt(dataset.test, HELD_OUT_SEED).flatten(1))
    projected = noisy - _beyond(noisy - mean, axes)
    return mse_loss(projected, precise(dataset.test.flatten(1))).item()


def _beyond(centred: Tensor, axes: Tensor) -> Tensor:
    """What of centred rows ``(n, d)`` is not in the span of orthonormal axes ``(d, k)``."""
    return centred - centred @ axes @ axes.T
