"""Which images are trained on and which are held out: the one place for all sets of images."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from latentop.engine.data.fingerprint import Files
from latentop.engine.data.pixels import Pixels
from latentop.engine.run.errors import DataError, UsageError
from latentop.engine.run.facts import ClassCount
from latentop.presets.data import Images
from latentop.presets.wording import spaced

SHARE = 10
"""Where a set has no test images of its own, one in so many training images serves as such."""
NAMED = 12
"""Classes that a line names, at most."""
_TENTH = np.uint64(2**64 // SHARE)
_Rows = NDArray[np.int64]


def choose(pixels: Pixels, spec: Images, before: Files | None = None) -> Pixels:
    """Return the same images with the rows to train on and those to hold out.

    ``held_out`` = n validates on the last n training images instead of the test set, and leaves them out of
    training. ``train`` = n then trains on the first n of what is left, class by class in turn: so each class
    has as many as the others, give or take one, as long as it has any left. Nothing is drawn at random.

    Rows are in file order; those of a folder in the order of the hashes of their names, see `_by_name`. What
    was trained on ``before`` is then never held out.

    Raises `UsageError` where a set has fewer images than that, `DataError` where it can't be divided at all.
    """
    train, test = pixels.train, pixels.test
    held_out = spec.held_out
    if len(train) < 2 and not (held_out or len(test)):
        raise DataError(
            f"{pixels.source} holds one image only", "one to train on and one to validate on make two"
        )
    if held_out >= len(train):
        raise UsageError(
            f"data.held_out = {held_out} leaves none of {len(train)} training images to train on",
            f"set it to something from 0 to {len(train) - 1}",
        )
    if pixels.files is not None:
        train, test = _by_name(pixels, pixels.files, held_out, before)
    elif held_out or not len(test):
        held_out = held_out or max(1, len(train) // SHARE)
        train, test = train[:-held_out], train[-held_out:]
    if spec.train > len(train):
        raise UsageError(
            f"data.train = {spec.train}, and there are {len(train)} images to train on",
            f"set it to something from 1 to {len(train)}, or to 0 for all of them",
        )
    if spec.train:
        train = train[_balanced(pixels.labels[train], spec.train)]
    files = None if pixels.files is None else pixels.files.after(train, before)
    return replace(pixels, train=train, test=test, files=files)


def counts(pixels: Pixels, chosen: Pixels) -> tuple[ClassCount, ...]:
    """How many images each class has, and how many of them were chosen to train on and to hold out."""
    rows = (np.concatenate([pixels.train, pixels.test]), chosen.train, chosen.test)
    each = (np.bincount(pixels.labels[one], minlength=len(pixels.classes)).tolist() for one in rows)
    return tuple(
        ClassCount(name=name, found=found, trained=trained, held_out=held_out)
        for name, found, trained, held_out in zip(pixels.classes, *each, strict=True)
    )


def _by_name(pixels: Pixels, files: Files, count: int, before: Files | None) -> tuple[_Rows, _Rows]:
    """Rows to train on and to hold out, as the hashes of the files' names have it, each in their order.

    So one more file moves no other from one part to the other. Held out is what has a hash in the lowest
    tenth; of a class of ten or more at least that of the lowest hash; or the ``count`` lowest of all.
    """
    rows = pixels.train[np.argsort(files.names[pixels.train], kind="stable")]
    names = files.names[rows]
    free = np.ones(len(rows), dtype=bool) if before is None else ~np.isin(names, before.ever_trained)
    if count:
        held = free & (np.cumsum(free) <= count)
    else:
        held = free & (names < _TENTH)
        labels = pixels.labels[rows]
        large = np.flatnonzero(np.bincount(labels) >= SHARE)
        for places in (*(labels == label for label in large), np.ones(len(rows), dtype=bool)):
            if not (held & places).any():
                held[np.flatnonzero(free & places)[:1]] = True
    if held.all():
        held[-1] = False
    if not held.any():
        raise DataError(
            f"{pixels.source} holds no image that the run has not trained on: none can be held out",
            "add some and resume, or train anew",
        )
    return rows[~held], rows[held]


def _balanced(labels: NDArray[np.int64], count: int) -> _Rows:
    """Ascending places of the first of each class, then the second of each, and so on, `count` in all."""
    by_class = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    ranks = np.empty(len(labels), dtype=np.int64)
    ranks[by_class] = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(np.argsort(ranks, kind="stable")[:count])


def told(counts: Sequence[ClassCount]) -> str:
    """Say in a line how many images there are, how many are trained on and held out, and so of each class."""
    found, trained, held_out = (
        sum(getattr(one, part) for one in counts) for part in ("found", "trained", "held_out")
    )
    whole = f"{spaced(found)} images: {spaced(trained)} trained on, {spaced(held_out)} held out"
    if len(counts) < 2:
        return whole
    each = [f"{one.name} {spaced(one.trained)} + {spaced(one.held_out)}" for one in counts[:NAMED]]
    more = [f"{spaced(len(counts) - NAMED)} more classes"] if len(counts) > NAMED else []
    return f"{whole} ({', '.join([*each, *more])})"
