"""Where diversity is measured: the first 32 principal components of the real data, fixed for the run.

Pixels are too many for nearest neighbours and most of them say the same. 32 components keep 83 % of the
variance of Fashion-MNIST, cost one small matrix product, and need no pretrained network.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from latentop.engine.linear_algebra import EXACT, evenly, full_precision, in_pieces

COMPONENTS = 32
FITTED_ON = 10_000
"""Images that exact components are taken from, evenly spread: more change nothing visible."""
CHUNK = 1024
"""Images that are projected at once: no second copy of all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """A projection onto principal components, in pixel units.

    ``mean`` is ``(p,)`` and ``components`` is ``(p, d)`` with orthonormal columns, largest variance first,
    where p = channels · height · width. Both lie on the CPU.
    """

    mean: Tensor
    components: Tensor

    @property
    def whole(self) -> bool:
        """Whether the components span everything, so that they leave out no detail."""
        return self.components.shape[0] == self.components.shape[1]

    def __call__(self, images: Tensor) -> Tensor:
        """Coordinates ``(n, d)`` of images ``(n, channels, height, width)``: float32 on the CPU."""
        return self.split(images)[0]

    @torch.no_grad()
    def split(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Coordinates, and the detail that they leave out: mean squared error ``(n,)`` per pixel, 0 or more.

        Blur takes detail away and noise adds it; neither shows in the coordinates themselves. Products are
        taken on the device of the images, and the results lie on the CPU.
        """
        if (width := images[0].numel()) != len(self.mean):
            raise ValueError(f"images of {width} values; these features know {len(self.mean)}")
        mean, components = self.mean.to(images.device), self.components.to(images.device)
        parts = []
        with full_precision():
            for part in images.split(CHUNK):
                centred = part.flatten(1).float() - mean
                points = centred @ components
                rest = torch.addmm(centred, points, components.T, alpha=-1).square_().mean(1)
                parts.append((points.cpu(), rest.cpu()))
        return torch.cat([points for points, _ in parts]), torch.cat([rest for _, rest in parts])


@torch.no_grad()
def pieces(images: Tensor, components: int = COMPONENTS) -> Iterator[Features | None]:
    """Find principal components of images ``(n, c, h, w)`` in pieces: None after each, then the features.

    d = min(components, n - 1, pixels). The same images give the same features. Raises ValueError for fewer
    than 2 images or values that are not finite.
    """
    if len(images) < 2:
        raise ValueError("principal components need at least 2 images")
    rows = images.flatten(1)
    if rows.shape[1] <= EXACT:
        rows = rows[evenly(len(rows), FITTED_ON).to(rows.device)]
    for found in in_pieces(rows, min(components, len(rows) - 1, rows.shape[1])):
        if found is None:
            yield None
        else:
            mean, vectors = found
            yield Features(mean=mean.float(), components=vectors.float())
