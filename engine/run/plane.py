"""Points in the plane as a frame carries them, so that they can be drawn at any size."""

import numpy as np
from numpy.typing import NDArray

SUFFIX = "/points"
"""Of the kind of such a frame: those of ``samples`` are in ``samples/points``."""
MARKS = f"marks{SUFFIX}"
"""The kind of what the points should reach: the centres of a mixture's modes, an equilibrium."""
MOST = 1000
"""Points in a frame, at most: more are not told apart in a terminal."""
BYTES = 5
"""Of a point: two half-precision numbers, and a label."""


def packed(places: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Points ``(n, 2)`` with labels ``(n,)``, 0 to 255, as the images ``(1, 1, n, BYTES)`` of a frame.

    What half precision can't hold, or is not finite, becomes a point that is nowhere; so does an empty crowd.
    """
    if not len(places):
        places, labels = np.full((1, 2), np.nan), np.zeros(1, dtype=np.int64)
    with np.errstate(over="ignore"):
        halves = np.ascontiguousarray(places, dtype="<f2").view(np.uint8).reshape(len(places), 4)
    return np.concatenate([halves, labels.astype(np.uint8)[:, None]], axis=1)[None, None]


def unpacked(images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The points ``(n, 2)`` and labels ``(n,)`` of a frame, those that are somewhere.

    None where the frame is of another shape.
    """
    if images.shape[:2] != (1, 1) or images.shape[3] != BYTES:
        return np.zeros((0, 2)), np.zeros(0, dtype=np.int64)
    rows = images[0, 0]
    places = np.ascontiguousarray(rows[:, :4]).view("<f2").astype(np.float64)
    there = np.isfinite(places).all(axis=1)
    return places[there], rows[there, 4].astype(np.int64)
