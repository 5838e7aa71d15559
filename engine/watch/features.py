"""Where diversity is measured: the first 32 principal components of the real data, fixed for the run.

Pixels are too many for nearest neighbours and most of them say the same. 32 components keep 83 % of the
variance of Fashion-MNIST, cost one small matrix product, and need no pretrained network.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

COMPONENTS = 32
FITTED_ON = 10_000
"""Images that the components are taken from, evenly spread over those given: more change nothing visible."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Small linear algebra on one CPU thread; the count before is put back.

    A reading of 512 samples takes 6 ms on one thread, and 270 ms on two where the machine is busy: short
    products wait for each other's threads. One thread also sums in one order, so that results repeat.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """A projection onto principal components: ``features(images)`` is ``(n, d)``, in pixel units.

    ``mean`` is ``(p,)`` and ``components`` is ``(p, d)`` with orthonormal columns, largest variance first,
    where p = channels · height · width.
    """

    mean: Tensor
    components: Tensor

    def __call__(self, images: Tensor) -> Tensor:
        """Coordinates ``(n, d)`` of images ``(n, channels, height, width)``, float32 on their device."""
        return self._centred(images) @ self.components.to(images.device)

    def split(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Coordinates, and the detail that they leave out: mean squared error ``(n,)`` per pixel, 0 or more.

        Blur takes detail away and noise adds it; neither shows in the coordinates themselves.
        """
        centred, components = self._centred(images), self.components.to(images.device)
        points = centred @ components
        return points, torch.addmm(centred, points, components.T, alpha=-1).square_().mean(1)

    def _centred(self, images: Tensor) -> Tensor:
        pixels = images.flatten(1).float()
        if pixels.shape[1] != len(self.mean):
            raise ValueError(f"images of {pixels.shape[1]} values; these features know {len(self.mean)}")
        return pixels - self.mean.to(images.device)


@torch.no_grad()
def fit(images: Tensor, components: int = COMPONENTS) -> Features:
    """Principal components of images ``(n, channels, height, width)``; d = min(components, n - 1, pixels).

    The same images give the same features: nothing is drawn at random, and each component's sign is fixed
    by its largest entry. Raises ValueError for fewer than 2 images or values that are not finite. Source:
    Pearson 1901; eigenvectors of the covariance, or of the Gram matrix where images are fewer than pixels.
    """
    if len(images) < 2:
        raise ValueError("principal components need at least 2 images")
    places = torch.linspace(0, len(images) - 1, min(len(images), FITTED_ON)).round().long()
    pixels = images[places.to(images.device)].flatten(1).cpu().double()
    if not bool(pixels.isfinite().all()):
        raise ValueError("images hold values that are not finite")
    mean = pixels.mean(0)
    centred = pixels - mean
    count, width = centred.shape
    d = min(components, count - 1, width)
    product = centred.T @ centred if width <= count else centred @ centred.T
    with one_thread():
        vectors = torch.linalg.eigh(product).eigenvectors[:, -d:].flip(1)
    if width > count:
        vectors = torch.nn.functional.normalize(centred.T @ vectors, dim=0)
    largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
    vectors = vectors * torch.where(largest < 0, -1.0, 1.0)
    return Features(mean=mean.float().to(images.device), components=vectors.float().to(images.device))
