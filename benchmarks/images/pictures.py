"""What is drawn: held-out images of Fashion-MNIST, photographs, and a made map of codings."""

import lzma
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentop.tui.draw.images.resample import resize

Images = NDArray[np.uint8]

FASHION = Path(__file__).parents[2] / "engine/data/fashion-mnist"
HEADER = 16
"""Bytes before the pixels of an IDX file of images."""
SIDE = 56
"""Height and width of photographs."""
GREY, COLOUR = ("camera", "coins", "moon"), ("astronaut", "coffee", "chelsea")
CLASSES = 6


def fashion(count: int, part: str = "t10k") -> Images:
    """The first images of Fashion-MNIST's test set, or of ``train``: (count, 1, 28, 28)."""
    with lzma.open(FASHION / f"{part}-images-idx3-ubyte.xz") as file:
        pixels = np.frombuffer(file.read(HEADER + count * 28 * 28), np.uint8, offset=HEADER)
    return pixels.reshape(count, 1, 28, 28)


def all_pictures(count: int) -> Mapping[str, Images]:
    """Names and images of every set; photographs are scikit-image's, left out where it is not installed."""
    sets = {"fashion": fashion(count)}
    try:
        from skimage import data
    except ImportError:
        print("no photographs: scikit-image is not installed")
    else:
        sets["photos, grey"] = np.stack([_square(getattr(data, name)()[..., None]) for name in GREY])
        sets["photos"] = np.stack([_square(getattr(data, name)()) for name in COLOUR])
    sets["codings"] = _codings()[None]
    return sets


def _square(photograph: Images) -> Images:
    """The middle of it: (channels, SIDE, SIDE)."""
    rows, columns, _ = photograph.shape
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    middle = photograph[top : top + side, left : left + side].transpose(2, 0, 1)
    return np.rint(resize(middle / 1.0, SIDE, SIDE)).astype(np.uint8)


def _codings() -> Images:
    """Crowds of coloured points on black, as the map of codings has them: (3, 64, 64)."""
    random = np.random.default_rng(0)
    image = np.zeros((3, 64, 64), dtype=np.uint8)
    hues = random.integers(60, 256, (CLASSES, 3))
    for hue, centre in zip(hues, random.uniform(12, 52, (CLASSES, 2)), strict=True):
        x, y = np.clip(np.rint(random.normal(centre, 5, (200, 2))), 0, 63).astype(int).T
        image[:, y, x] = hue[:, None]
    return image
