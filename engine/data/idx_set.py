"""Four IDX files, as MNIST and Fashion-MNIST come: images and labels, for training and for testing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentop.engine.data.idx import SUFFIXES, read_idx
from latentop.engine.data.pixels import Pixels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrays:
    """The four files as they are: images uint8 `(count, 28, 28)`, labels uint8 `(count,)` in 0…9."""

    train: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.uint8]
    test: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]


def read_arrays(folder: Path, checksums: Mapping[str, str], hint: str) -> Arrays:
    """Return the four files of `checksums` in `folder`, each plain or compressed.

    Raises `DataError` with the given `hint`, naming the first file that is not what its checksum promises.
    """
    train, train_labels, test, test_labels = (
        read_idx(_path(folder, name), sha256=sha256, hint=hint) for name, sha256 in checksums.items()
    )
    return Arrays(train=train, train_labels=train_labels, test=test, test_labels=test_labels)


def holds_any(folder: Path, names: Iterable[str]) -> bool:
    """Whether any of the files is in the folder, plain or compressed."""
    # Any, not all: half a set is a fault that should be named, not a reason to look elsewhere.
    return any(_path(folder, name).exists() for name in names)


def as_pixels(arrays: Arrays, *, name: str, size: str = "", source: str, classes: tuple[str, ...]) -> Pixels:
    """Return the same images as one set."""
    count = len(arrays.train)
    return Pixels(
        name=name,
        size=size,
        source=source,
        classes=classes,
        images=np.concatenate([arrays.train, arrays.test])[:, np.newaxis],
        labels=np.concatenate([arrays.train_labels, arrays.test_labels]).astype(np.int64),
        train=np.arange(count),
        test=np.arange(count, count + len(arrays.test)),
    )


def _path(folder: Path, name: str) -> Path:
    """Return the file of that name, plain or compressed; where there is none, the plain one's path."""
    candidates = [folder / (name + suffix) for suffix in SUFFIXES]
    return next((path for path in candidates if path.exists()), folder / name)
