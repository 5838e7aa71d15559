"""How far colour images are off, as heat: black where they are right, through red and yellow to white."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentop.tui.draw.images.contrast import LEAST, OUTLIERS, STEPS

Images = NDArray[np.uint8]

HEAT = np.array([[0, 0, 0], [0.45, 0, 0.2], [0.85, 0.2, 0], [1, 0.65, 0], [1, 1, 0.8]])
"""Red, green and blue of errors evenly apart; each is brighter than the one before, in grey too."""


def heat(errors: Images) -> Images:
    """Return colours (count, 3, height, width) for the mean of the channels of `errors`, of the same shape.

    The error of a channel in its own colour tells nobody whether a pixel is right. All images have one scale:
    white is what a pixel in a hundred exceeds, but a quarter of the full range at least.
    """
    means = errors.mean(1) / 255
    white = (
        max(LEAST, float(np.ceil(np.quantile(means, 1 - OUTLIERS) * STEPS) / STEPS)) if means.size else 1.0
    )
    places = np.linspace(0, white, len(HEAT))
    colours = np.stack([np.interp(means, places, channel) for channel in HEAT.T], axis=1)
    drawn: Images = np.rint(colours * 255).astype(np.uint8)
    return drawn
