"""Differentiable augmentation of what a discriminator sees: Zhao et al. 2020, arXiv 2006.10738, section 3.

Real and fake images are changed in the same ways, each image by numbers of its own, and the gradient of the
generator flows through the changes. So the discriminator learns no image by heart, and the generator does not
learn to draw the changes. Numbers are drawn on the device of the images, from the run's own generator.
"""

import torch
from torch import Tensor

SHIFT, HOLE = 1 / 8, 1 / 2
"""Of height and width: how far an image is moved at most, and the side of what is cut out (section 4)."""


def augmented(images: Tensor) -> Tensor:
    """Images ``(batch, channels, height, width)`` in [-1, 1], changed in colour, then place, then cut."""
    return cut(moved(coloured(images)))


def coloured(images: Tensor) -> Tensor:
    """Up to half darker or brighter, of 0 to 2 times the saturation, of 0.5 to 1.5 times the contrast."""
    brightness, saturation, contrast = torch.rand(3, len(images), 1, 1, 1, device=images.device)
    images = images + (brightness - 0.5)
    images = torch.lerp(images.mean(1, keepdim=True), images, 2 * saturation)
    return torch.lerp(images.mean((1, 2, 3), keepdim=True), images, contrast + 0.5)


def moved(images: Tensor) -> Tensor:
    """Moved by whole pixels, down and across; what comes in is 0, the middle between black and white."""
    for axis in (2, 3):
        size = images.shape[axis]
        most = int(size * SHIFT + 0.5)
        by = torch.randint(-most, most + 1, (len(images), 1), device=images.device)
        places = torch.arange(size, device=images.device) + by
        inside = (places >= 0) & (places < size)
        taken = _along(axis, places.clamp(0, size - 1)).expand_as(images)
        images = images.gather(axis, taken) * _along(axis, inside)
    return images


def cut(images: Tensor) -> Tensor:
    """With a hole of 0 somewhere, which may reach over an edge."""
    rows, columns = (_in_hole(images, axis) for axis in (2, 3))
    return images.masked_fill(rows & columns, 0.0)


def _in_hole(images: Tensor, axis: int) -> Tensor:
    """Which places along an axis are in each image's hole."""
    size = images.shape[axis]
    hole = int(size * HOLE + 0.5)
    middle = torch.randint(0, size + 1 - hole % 2, (len(images), 1), device=images.device)
    beyond = torch.arange(size, device=images.device) - (middle - hole // 2)
    return _along(axis, (beyond >= 0) & (beyond < hole))


def _along(axis: int, values: Tensor) -> Tensor:
    """Values ``(batch, size)`` shaped so that they vary along that axis of images."""
    shape = [len(values), 1, 1, 1]
    shape[axis] = values.shape[1]
    return values.view(shape)
