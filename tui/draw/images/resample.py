"""Images at other sizes, and in grey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float64]


def resize(images: Pixels, height: int, width: int) -> Pixels:
    """Return `images` (…, any height, any width) at (…, height, width), each pixel the mean of its area."""
    down, across = _shares(images.shape[-2], height), _shares(images.shape[-1], width)
    resized: Pixels = down @ images @ across.T
    return resized


def luminance(images: Pixels) -> Pixels:
    """Return (count, 1, height, width) from (count, 1 or 3, height, width), weighed as in ITU-R BT.601."""
    if images.shape[1] == 1:
        return images
    grey: Pixels = np.tensordot(np.array([0.299, 0.587, 0.114]), images, axes=(0, 1))
    return grey[:, None]


def _shares(before: int, after: int) -> NDArray[np.float64]:
    """Return (after, before): how much of each new pixel is covered by each old one, summing to 1."""
    edges = np.linspace(0, before, after + 1)
    pixel = np.arange(before)
    covered = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    shares: NDArray[np.float64] = np.clip(covered, 0, None) * (after / before)
    return shares
