"""What is trained on, and what is true of samples: how much of the data they cover."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from latentop.engine.data.fashion_mnist import read_fashion_mnist

SD = 0.05
"""Standard deviation of a mode of a mixture."""
NEAR = 4
"""Standard deviations from a mode's centre within which a sample counts for it."""
FAIR = 0.25
"""Of its fair share: a mode with fewer samples is lost."""
HELD = 512
"""Images that samples are held against."""
NEIGHBOUR = 5


@dataclass(frozen=True, slots=True)
class Data:
    """``draw(count, random)`` gives points (count, dimensions); ``coverage(samples)`` is 0 to about 1."""

    dimensions: int
    draw: Callable[[int, torch.Generator], Tensor]
    coverage: Callable[[Tensor], float]


def load(name: Literal["ring", "grid", "images"]) -> Data:
    """A ring of 8 modes, a grid of 9, or the small Fashion-MNIST at 14 × 14 pixels in [-1, 1]."""
    if name == "images":
        return _images()
    if name == "ring":
        angle = torch.arange(8) * (2 * torch.pi / 8)
        centres = torch.stack([angle.cos(), angle.sin()], 1)
    else:
        side = torch.tensor([-1.0, 0.0, 1.0])
        centres = torch.cartesian_prod(side, side)
    return _mixture(centres)


def _mixture(centres: Tensor) -> Data:
    def draw(count: int, random: torch.Generator) -> Tensor:
        which = torch.randint(len(centres), (count,), generator=random)
        return centres[which] + SD * torch.randn(count, 2, generator=random)

    def coverage(samples: Tensor) -> float:
        """Share of the modes that have a quarter of their fair share of all samples."""
        distance, nearest = torch.cdist(samples, centres).min(1)
        counts = torch.bincount(nearest[distance < NEAR * SD], minlength=len(centres))
        return float((counts >= FAIR * len(samples) / len(centres)).float().mean())

    return Data(2, draw, coverage)


def _images() -> Data:
    read = read_fashion_mnist("small")
    mixed = torch.randperm(len(read.train), generator=torch.Generator().manual_seed(0))
    images = torch.from_numpy(read.images[read.train]).float()[mixed] / 255
    pixels = avg_pool2d(images, 2).flatten(1) * 2 - 1
    train, held = pixels[HELD:], pixels[:HELD]
    reach = torch.cdist(held, held).kthvalue(NEIGHBOUR + 1, dim=1).values

    def draw(count: int, random: torch.Generator) -> Tensor:
        return train[torch.randint(len(train), (count,), generator=random)]

    def covered(samples: Tensor) -> float:
        return float((torch.cdist(held, samples).min(1).values < reach).float().mean())

    most = covered(train[:HELD])

    def coverage(samples: Tensor) -> float:
        """Coverage (Naeem et al. 2020, arXiv 2002.09797, 3.2), of what as many real images reach."""
        return covered(samples) / most

    return Data(train.shape[1], draw, coverage)
