"""A piece of the plane as a small picture: crowds of points over marks, for whoever draws images."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

PIXELS = 64
"""Height and width of a picture."""
MARGIN = 1.25
"""How much more of the plane is shown than what has to be seen."""
GAMMA = 0.4
"""Below 1: a lone point is bright enough to be seen beside a crowd."""
MARK = (0.0, 0.53, 0.69)
POINT = (1.0, 0.84, 0.0)
"""Their colours; ones that terminals of 256 colours have. Points are the brighter: seen so without colour."""
SMALLEST = 3.5
"""The smallest radius of a mark in pixels: a circle that is one still where the picture is made smaller."""
LINE = 1.2
"""How thick its line is, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The square around ``centre`` that reaches ``reach`` to each side."""

    centre: tuple[float, float]
    reach: float

    def picture(self, points: Tensor, marks: Tensor, radius: float) -> Tensor:
        """Points ``(n, 2)`` over circles at ``(m, 2)``: an image ``(1, 3, PIXELS, PIXELS)``, y upwards.

        ``radius`` of the circles is in the plane's units, but they are never too small to be seen. Points
        outside the square, or not finite, are left out.
        """
        circles = self._circles(marks.cpu().double(), radius).unsqueeze(2)
        crowd = self._crowd(points.cpu().double()).unsqueeze(2)
        mark, point = torch.tensor([MARK, POINT], dtype=torch.float32)
        image: Tensor = circles * mark * (1 - crowd) + crowd * point
        return image.permute(2, 0, 1).unsqueeze(0).clamp(0, 1)

    def _crowd(self, points: Tensor) -> Tensor:
        """How crowded each pixel is, ``(PIXELS, PIXELS)`` in [0, 1]."""
        places = self._pixels(points).floor()
        seen = points.isfinite().all(1) & (places >= 0).all(1) & (places < PIXELS).all(1)
        x, y = places[seen].long().unbind(1)
        counts = torch.bincount(y * PIXELS + x, minlength=PIXELS * PIXELS).reshape(PIXELS, PIXELS).float()
        share: Tensor = counts / counts.max().clamp(min=1)
        return share.pow(GAMMA)

    def _circles(self, marks: Tensor, radius: float) -> Tensor:
        """1 on the line of a circle, else 0, with soft edges: ``(PIXELS, PIXELS)``."""
        along = torch.arange(PIXELS, dtype=torch.float64) + 0.5
        y, x = torch.meshgrid(along, along, indexing="ij")
        there = torch.stack([x, y], 2).reshape(-1, 1, 2)
        size = max(radius / self.reach * PIXELS / 2, SMALLEST)
        off = ((there - self._pixels(marks)).square().sum(2).sqrt() - size).abs()
        lines = (LINE / 2 + 0.5 - off).clamp(0, 1)
        return nn.functional.pad(lines, (1, 0)).amax(1).reshape(PIXELS, PIXELS).float()

    def _pixels(self, points: Tensor) -> Tensor:
        """Column and row ``(n, 2)``, not rounded, of points."""
        offset = (points - torch.tensor(self.centre, dtype=torch.float32)) / self.reach
        return (offset * torch.tensor([1.0, -1.0], dtype=torch.float32) + 1) * (PIXELS / 2)


def around(places: Tensor) -> Canvas:
    """The piece of the plane that shows all of ``(n, 2)`` with a margin."""
    low, high = places.amin(0), places.amax(0)
    x, y = ((low + high) / 2).tolist()
    return Canvas(centre=(x, y), reach=max(float((high - low).max()) / 2, 1e-6) * MARGIN)
