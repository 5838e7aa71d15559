"""CIFAR-10: small colour photographs, 32 × 32, ten classes, as many images in each.

Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images", technical report, chapter 3.
"""

import shutil
from pathlib import Path

import numpy as np

from latentop.engine.data.download import download
from latentop.engine.data.pixels import Pixels
from latentop.engine.run import preferences
from latentop.engine.run.errors import DataError

ARCHIVE = "cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py"


def read_cifar10(*, cache: Path | None = None) -> Pixels:
    """Return 50 000 training and 10 000 test images: uint8 `(count, 3, 32, 32)`.

    They lie in ``cifar-10-batches-py`` in `cache`; else they are unpacked from the published archive beside
    that folder, and where that isn't there either, downloaded.

    Raises `DataError` where a file is missing or not as published, and where downloading fails. Nothing is
    unpickled before its checksum is found right.
    """
    cache = preferences.cache() if cache is None else cache
    folder, archive = cache / FOLDER, cache / ARCHIVE
    source = str(folder)
    if not folder.is_dir():
        source = f"unpacked to {folder}" if archive.exists() else f"downloaded to {folder}"
        instead = f"put {ARCHIVE} into {cache}, from https://www.cs.toronto.edu/~kriz/cifar.html"
        download(
            "CIFAR-10",
            folder,
            cache=cache,
            fetch=lambda root: _fetch(root, archive),
            check=_check,
            instead=instead,
        )
    _check(folder)
    return _read(folder, source)


def _read(folder: Path, source: str) -> Pixels:
    # Imported only here: it takes seconds, and other sets do without.
    from torchvision.datasets import CIFAR10

    parts = [CIFAR10(folder.parent, train=train) for train in (True, False)]
    count = len(parts[0].data)
    return Pixels(
        name="cifar10",
        source=source,
        classes=tuple(parts[0].classes),
        images=np.ascontiguousarray(np.concatenate([part.data for part in parts]).transpose(0, 3, 1, 2)),
        labels=np.concatenate([part.targets for part in parts]).astype(np.int64),
        train=np.arange(count),
        test=np.arange(count, count + len(parts[1].data)),
    )


def _check(folder: Path) -> None:
    """Name the first file that is not as published, which torchvision doesn't."""
    from torchvision.datasets import CIFAR10
    from torchvision.datasets.utils import check_integrity

    meta = CIFAR10.meta["filename"], CIFAR10.meta["md5"]
    for name, md5 in (*CIFAR10.train_list, *CIFAR10.test_list, meta):
        path = folder / name
        if not check_integrity(path, md5):
            fault = "is not as published: it is truncated or changed" if path.exists() else "is missing"
            raise DataError(f"{path} {fault}", f"remove {folder} to have it unpacked or downloaded again")


def _fetch(root: Path, archive: Path) -> None:
    from torchvision.datasets import CIFAR10

    if archive.exists():
        # A copy: torchvision would write over one that is damaged.
        shutil.copyfile(archive, root / ARCHIVE)
    CIFAR10(root, download=True)
