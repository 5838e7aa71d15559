"""A picture of points in the plane: bright samples over the dim discs of the modes that are known."""

from dataclasses import dataclass

import torch
from torch import Tensor

SIDE = 96
DIM = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A square of the plane around ``centre``, ``reach`` to each side."""

    centre: tuple[float, float]
    reach: float

    def picture(self, points: Tensor, marks: Tensor, radius: float) -> Tensor:
        """Points ``(n, 2)`` over dim discs at marks ``(m, 2)``: ``(1, 1, SIDE, SIDE)`` in [0, 1]."""
        points, marks = points.detach().cpu(), marks.detach().cpu()
        line = torch.linspace(-1, 1, SIDE) * self.reach
        across, up = torch.meshgrid(line + self.centre[0], line.flip(0) + self.centre[1], indexing="xy")
        image = torch.zeros(SIDE, SIDE)
        size = max(radius, 1.5 * self.reach / SIDE)
        for x, y in marks.tolist():
            image[(across - x).square() + (up - y).square() <= size**2] = DIM
        seen = points[points.isfinite().all(1)]
        places = (seen - torch.tensor(self.centre)) / self.reach
        places = ((places[places.abs().amax(1) <= 1] + 1) / 2 * (SIDE - 1)).round().long()
        image[SIDE - 1 - places[:, 1], places[:, 0]] = 1.0
        return image[None, None]


def around(points: Tensor) -> Plane:
    """The square that holds all these points ``(n, 2)``, with some room."""
    low, high = points.amin(0), points.amax(0)
    centre = ((low + high) / 2).tolist()
    return Plane(centre=(centre[0], centre[1]), reach=max(0.6 * float((high - low).max()), 0.5))
