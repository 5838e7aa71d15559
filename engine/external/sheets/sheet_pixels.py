"""Pixels of images that others have saved, in whatever format, and no more of them than are of use."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from latentop.engine.external.sheets.tiles import Pixels
from latentop.engine.run.errors import UsageError

LARGEST = 64_000_000
"""Pixels of a sheet."""


def decoded(source: Path | bytes) -> Pixels:
    """``(height, width, channels)`` of an image, grey or colour; what is transparent is white.

    Raises UsageError for one that is too large, or is none.
    """
    try:
        with Image.open(source if isinstance(source, Path) else BytesIO(source)) as image:
            if image.width * image.height > LARGEST:
                raise UsageError(
                    f"{image.width} x {image.height} pixels", f"accepted: up to {LARGEST} pixels"
                )
            return _pixels(image)
    except UsageError:
        raise
    except Exception as error:  # whatever a damaged image does to its reader
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise UsageError(
            f"it can't be read as an image: {said}", "accepted: PNG, JPEG and their like"
        ) from error


def shrunk(tiles: Pixels, side: int) -> Pixels:
    """Tiles ``(n, channels, height, width)``, averaged down to at most so many pixels a side."""
    factor = -(-max(tiles.shape[2:]) // side)
    if factor <= 1:
        return tiles
    height, width = (max(1, length // factor) for length in tiles.shape[2:])
    cut = tiles[:, :, : height * factor, : width * factor]
    tall, wide = min(factor, tiles.shape[2]), min(factor, tiles.shape[3])
    blocks = cut.reshape(*tiles.shape[:2], height, tall, width, wide)
    return np.stack([one.mean((2, 4)).round().astype(np.uint8) for one in blocks])


def _pixels(image: Image.Image) -> Pixels:
    if image.mode in ("L", "1", "I;16"):
        return np.asarray(image.convert("L"), dtype=np.uint8)[:, :, None]
    if image.mode != "RGB":
        layered = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    pixels = np.asarray(image, dtype=np.uint8)
    grey = bool((pixels == pixels[:, :, :1]).all())
    return pixels[:, :, :1] if grey else pixels
