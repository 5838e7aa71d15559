"""Draw the small Fashion-MNIST, shipped in `engine/data/fashion-mnist`, from the full one.

    python -m latentop.engine.data.small_fashion_mnist FULL engine/data/fashion-mnist

The draw depends on `SEED` alone, and an xz file holds no time stamp: the same bytes come out each time. The
checksums that it prints are those in `latentop.engine.data.fashion_mnist.SMALL`.
"""

import hashlib
import lzma
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentop.engine.data.fashion_mnist import CLASSES, SMALL, read_full
from latentop.engine.data.idx import encode_idx

SEED = 1708_07747
TRAIN_PER_CLASS = 1000
TEST_PER_CLASS = 200


def draw(labels: npt.NDArray[np.uint8], per_class: int) -> npt.NDArray[np.intp]:
    """Return `per_class` indices of each class, without repetition, ascending: so classes stay mixed."""
    # The legacy generator on purpose: NumPy has frozen its stream (NEP 19), and the new one's may change.
    random = np.random.RandomState(SEED)
    chosen = [random.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(len(CLASSES))]
    return np.sort(np.concatenate(chosen))


def make_small(full: Path, into: Path) -> dict[str, str]:
    """Write the four files of the small set to `into`; return each name and its content's SHA-256.

    Training images come from the training set, test images from the test set. Raises `DataError` where
    `full` doesn't hold the full set as published.
    """
    arrays = read_full(full)
    train = draw(arrays.train_labels, TRAIN_PER_CLASS)
    test = draw(arrays.test_labels, TEST_PER_CLASS)
    parts = (arrays.train[train], arrays.train_labels[train], arrays.test[test], arrays.test_labels[test])
    checksums = {}
    for name, part in zip(SMALL, parts, strict=True):
        content = encode_idx(part)
        # xz: a seventh smaller than gzip, and still read in a fraction of a second.
        (into / f"{name}.xz").write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
        checksums[name] = hashlib.sha256(content).hexdigest()
    return checksums


if __name__ == "__main__":
    for name, checksum in make_small(Path(sys.argv[1]), Path(sys.argv[2])).items():
        sys.stdout.write(f"{checksum}  {name}\n")
