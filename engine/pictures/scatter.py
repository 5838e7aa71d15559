"""Points in the plane as a small colour image, so that they travel and are drawn as any other frame does."""

import colorsys

import torch
from torch import Tensor

SIDE = 64
"""Height and width in pixels."""
FEW = 600
"""Fewer points than that are drawn three pixels wide, to be seen where the picture is made smaller."""
DIM = 0.55
"""Brightness of a pixel that holds one point; crowded ones come up to full."""
_TEN = ("1f77b4", "ff7f0e", "2ca02c", "d62728", "9467bd", "8c564b", "e377c2", "9a9a9a", "bcbd22", "17becf")


def colours(classes: int) -> Tensor:
    """One colour a class, ``(classes, 3)`` in [0, 1]: ten well-known ones, or as many hues as there are."""
    if classes <= len(_TEN):
        values = [[int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)] for code in _TEN[:classes]]
    else:
        values = [list(colorsys.hsv_to_rgb(place / classes, 0.75, 1.0)) for place in range(classes)]
    return torch.tensor(values, dtype=torch.float32)


def scatter(points: Tensor, labels: Tensor, classes: int, *, side: int = SIDE) -> Tensor:
    """Points ``(n, 2)`` within [-1, 1] as an image ``(3, side, side)`` in [0, 1], black where there is none.

    The first coordinate goes right, the second up. What lies outside is drawn on the edge; what is not
    finite, not at all. A pixel has the mean colour of its points.
    """
    seen = points.isfinite().all(1)
    points, labels = points[seen].float().cpu(), labels[seen].cpu()
    reach = torch.arange(-1, 2) if len(points) < FEW else torch.zeros(1, dtype=torch.int64)
    dot = torch.cartesian_prod(reach, reach)
    middle = ((points.clamp(-1, 1) + 1) / 2 * (side - 1)).round().long()
    places = (middle[:, None] + dot).clamp(0, side - 1).flatten(0, 1)
    pixels = (side - 1 - places[:, 1]) * side + places[:, 0]
    sums = torch.zeros(side * side, 3, dtype=torch.float32).index_add_(
        0, pixels, colours(classes)[labels].repeat_interleave(len(dot), 0)
    )
    counts = torch.bincount(pixels, minlength=side * side)[:, None]
    dim = 1.0 if len(points) < FEW else DIM
    brightness = (dim + (1 - dim) * (counts - 1).clamp(0, 4) / 4) * (counts > 0)
    image: Tensor = (sums / counts.clamp(min=1) * brightness).T.reshape(3, side, side)
    return image
