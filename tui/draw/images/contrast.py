"""How bright grey images are drawn: faint ones stretched, by what is in all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float64]
Images = NDArray[np.uint8]

OUTLIERS = 0.01
"""The share of pixels at either end that contrast takes no notice of: one hot pixel changes nothing."""
FAINT = 0.5
"""Images that use more of the range than that are drawn as they are."""
LEAST = 0.25
"""The narrowest range that is stretched: noise in a blank image stays faint."""
KEPT = 0.5
"""The share of its range that images must use for a contrast to be kept."""
STEPS = 8
"""Limits lie on eighths, outside of the data: a little more or less light leaves a drawing as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """The brightness, 0 to 1, that is drawn black, and the one that is drawn white."""

    black: float = 0.0
    white: float = 1.0

    def applied(self, grey: Pixels) -> Pixels:
        """Return `grey` between 0 and 1, clipped."""
        return np.clip((grey - self.black) / (self.white - self.black), 0, 1)


def contrast(stacks: Sequence[Images], before: Contrast | None = None) -> Contrast:
    """Return one contrast for all `stacks` of images (count, 1 or 3, height, width).

    The one of `before` stays while images fit it about as well: brightness must not pulse from step to step.
    """
    counts = np.sum([np.bincount(images.ravel(), minlength=256) for images in stacks], axis=0)
    shares = np.cumsum(counts) / max(1, counts.sum())
    low, high = (float(np.searchsorted(shares, share)) / 255 for share in (OUTLIERS, 1 - OUTLIERS))
    if before is not None and _fits(before, low, high):
        return before
    black, white = np.floor(low * STEPS) / STEPS, np.ceil(high * STEPS) / STEPS
    if white - black > FAINT:
        return Contrast()
    if white - black < LEAST:  # about the middle, which stays as bright as it is: a constant image, too
        middle = np.rint((low + high) / 2 * STEPS) / STEPS
        black = middle * (1 - LEAST)
        white = black + LEAST
    return Contrast(black=float(black), white=float(white))


def _fits(before: Contrast, low: float, high: float) -> bool:
    """Whether values from `low` to `high` are drawn well enough by a contrast."""
    if before == Contrast():
        return high - low > KEPT * FAINT
    inside = before.black - 1 / STEPS <= low and high <= before.white + 1 / STEPS
    return inside and high - low >= KEPT * (before.white - before.black)


def exposed(pixels: Pixels) -> Pixels:
    """Return colour `pixels` (3, rows, columns) brightened where hardly any is bright; hues stay as they are.

    Points that are made smaller pale into the black around them: this brings them back.
    """
    peak = np.ceil(np.quantile(pixels.max(0), 1 - OUTLIERS) * STEPS) / STEPS
    if peak > FAINT:
        return pixels
    bright = pixels / max(float(peak), LEAST)
    hued: Pixels = bright / np.maximum(bright.max(0), 1)
    return hued
