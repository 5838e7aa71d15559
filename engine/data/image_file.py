"""One image file, whatever its size and mode, as a small square of bytes."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageOps

from latentop.presets.image_folder import TooLargeError

LARGEST = 89_478_485
"""Pixels of an image, at most: a quarter of a GiB in colour. A file of some bytes can claim any size."""
UNSAFE = frozenset({"EPS"})
"""Formats that Pillow reads by starting another program on the file."""


def square(path: Path, pixels: int, channels: int, background: str = "white") -> NDArray[np.uint8]:
    """Return the middle of an image, resized once, antialiased: uint8 `(channels, pixels, pixels)`.

    Upright as its EXIF data say; of an animation, the first frame; grey for one channel, RGB for three. Grey
    of 16 bits keeps the upper 8; numbers without a fixed range are stretched from their least to their
    greatest; what is transparent is laid on the background, ``white`` or ``#ff8800``, say.

    Raises `TooLargeError` for more than `LARGEST` pixels, and whatever Pillow raises on a file that is broken
    or no image.
    """
    with Image.open(os.fspath(path), formats=_formats()) as image:
        if image.width * image.height > LARGEST:
            raise TooLargeError(image.width, image.height)
        upright = ImageOps.exif_transpose(image)
        flat = _flat(upright, "L" if channels == 1 else "RGB", background)
    fitted = ImageOps.fit(flat, (pixels, pixels), Image.Resampling.LANCZOS)
    return np.asarray(fitted, dtype=np.uint8).reshape(pixels, pixels, channels).transpose(2, 0, 1)


def _flat(image: Image.Image, mode: str, background: str) -> Image.Image:
    if image.mode[0] in "IF":
        image = Image.fromarray(_eight_bits(np.asarray(image), image.mode))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, ImageColor.getcolor(background, "RGBA"))
        image.alpha_composite(layer)
    return image.convert(mode)


def _eight_bits(values: NDArray[Any], mode: str) -> NDArray[np.uint8]:
    """Return grey values of 16 or 32 bits, or floating-point, as bytes of the same shape."""
    if mode.startswith("I"):
        bytes_: NDArray[np.uint8] = (values.astype(np.int64).clip(0, 65_535) >> 8).astype(np.uint8)
        return bytes_
    numbers = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
    least, greatest = numbers.min(), numbers.max()
    stretched: NDArray[np.uint8] = np.rint((numbers - least) * (255 / ((greatest - least) or 1))).astype(
        np.uint8
    )
    return stretched


def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.OPEN if name not in UNSAFE]
