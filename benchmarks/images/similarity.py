"""Structural similarity of two images."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float64]

WINDOW, SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


def similarity(one: Pixels, other: Pixels) -> float:
    """Mean SSIM of two images (height, width), values 0 to 1, neither side below 11 pixels; 1 is equal.

    Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment: from error visibility to structural
    similarity", section III: Gaussian window 11 × 11, σ 1.5, K1 0.01, K2 0.03, valid places only.
    """
    mean, other_mean = _smoothed(one), _smoothed(other)
    variance = _smoothed(one * one) - mean**2
    other_variance = _smoothed(other * other) - other_mean**2
    covariance = _smoothed(one * other) - mean * other_mean
    above = (2 * mean * other_mean + C1) * (2 * covariance + C2)
    below = (mean**2 + other_mean**2 + C1) * (variance + other_variance + C2)
    return float(np.mean(above / below))


def _smoothed(image: Pixels) -> Pixels:
    along = np.arange(WINDOW) - WINDOW // 2
    bell = np.exp(-(along**2) / (2 * SIGMA**2))
    bell /= bell.sum()
    down: Pixels = np.lib.stride_tricks.sliding_window_view(image, WINDOW, axis=0) @ bell
    smoothed: Pixels = np.lib.stride_tricks.sliding_window_view(down, WINDOW, axis=1) @ bell
    return smoothed
