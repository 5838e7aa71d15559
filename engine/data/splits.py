"""Which images are trained on and which are held out: the one place for all sets of images."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.data.pixels import Pixels
from engine.run.errors import DataError, UsageError
from presets.data import Images

SHARE = 10
"""Where a set has no test images of its own, the last of so many training images serve as such."""


def choose(pixels: Pixels, spec: Images) -> Pixels:
    """Return the same images with the rows to train on and those to hold out, both in file order.

    ``held_out`` = n validates on the last n training images instead of the test set, and leaves them out of
    training. ``train`` = n then trains on the first n of what is left, class by class in turn: so each class
    has as many as the others, give or take one, as long as it has any left. Nothing is drawn at random.

    Raises `UsageError` where a set has fewer images than that, `DataError` where it can't be divided at all.
    """
    train, test = pixels.train, pixels.test
    held_out = spec.held_out
    if not held_out and not len(test):
        if len(train) < 2:
            raise DataError(
                f"{pixels.source} holds one image only", "one to train on and one to validate on make two"
            )
        held_out = max(1, len(train) // SHARE)
    if held_out >= len(train):
        raise UsageError(
            f"data.held_out = {held_out} leaves none of {len(train)} training images to train on",
            f"set it to something from 0 to {len(train) - 1}",
        )
    if held_out:
        train, test = train[:-held_out], train[-held_out:]
    if spec.train > len(train):
        raise UsageError(
            f"data.train = {spec.train}, and there are {len(train)} images to train on",
            f"set it to something from 1 to {len(train)}, or to 0 for all of them",
        )
    if spec.train:
        train = train[_balanced(pixels.labels[train], spec.train)]
    return replace(pixels, train=train, test=test)


def _balanced(labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Ascending places of the first of each class, then the second of each, and so on, `count` in all."""
    by_class = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    ranks = np.empty(len(labels), dtype=np.int64)
    ranks[by_class] = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(np.argsort(ranks, kind="stable")[:count])
