"""CelebA: photographs of faces, aligned, cropped to the middle and resized: 162 770 to train on.

Source: Liu, Luo, Wang and Tang 2015, "Deep learning face attributes in the wild", arXiv:1411.7766.
"""

from pathlib import Path

import numpy as np

from latentop.engine.data.download import download
from latentop.engine.data.image_cache import squares
from latentop.engine.data.image_folder import cached, skipped, write_down
from latentop.engine.data.pixels import Pixels
from latentop.engine.run import preferences
from latentop.engine.run.errors import DataError
from latentop.presets.data import CelebA
from latentop.presets.wording import listed

IMAGES = "img_align_celeba"
"""The folder that the archive img_align_celeba.zip holds."""


def read_celeba(spec: CelebA, *, cache: Path | None = None) -> Pixels:
    """Return faces as uint8 `(count, 3, pixels, pixels)`, one class, training and test set as published.

    They lie in ``celeba`` in `cache`, downloaded if need be, which takes the package gdown. Files are read
    one by one; what is kept of them is one memory-mapped array.

    Raises `DataError` where a list is missing or not as published, where no image is there, and where
    downloading fails.
    """
    cache = preferences.cache() if cache is None else cache
    folder = cache / "celeba"
    source = str(folder)
    if not folder.is_dir():
        instead = (
            f"put img_align_celeba.zip, unpacked, and {', '.join(_lists())} into {folder}, "
            "from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
        )
        download("CelebA", folder, cache=cache, fetch=_fetch, check=_check, instead=instead)
        source = f"downloaded to {folder}"
    _check(folder)
    return _read(folder, spec.pixels, source, cache)


def _read(folder: Path, pixels: int, source: str, cache: Path) -> Pixels:
    # Imported only here: it takes seconds, and other sets do without.
    from torchvision.datasets import CelebA as Published

    train, test = (list(Published(folder.parent, split).filename) for split in ("train", "test"))
    names = [*train, *test]
    made = squares(folder / IMAGES, names, pixels=pixels, channels=3, cache=cache)
    faults = {names[row]: why for row, why in made.faults.items()}
    kept = np.setdiff1d(np.arange(len(names)), np.array([*made.faults], dtype=np.int64))
    if not len(kept):
        raise DataError(
            f"{folder / IMAGES} holds none of the images: {listed([*faults])}",
            f"unpack the whole img_align_celeba.zip into {folder}",
        )
    write_down(faults)
    return Pixels(
        name="celeba",
        source=source,
        classes=("face",),
        images=made.images,
        labels=np.zeros(len(names), dtype=np.int64),
        train=kept[kept < len(train)],
        test=kept[kept >= len(train)],
        notes=(*skipped(faults, len(names)), cached(made)),
    )


def _check(folder: Path) -> None:
    """Name the first thing that is missing or not as published, which torchvision doesn't."""
    from torchvision.datasets.utils import check_integrity

    for name, md5 in _lists().items():
        path = folder / name
        if not check_integrity(path, md5):
            fault = "is not as published: it is truncated or changed" if path.exists() else "is missing"
            raise DataError(f"{path} {fault}", f"put a whole copy there, or remove {folder} to download it")
    if not (folder / IMAGES).is_dir():
        raise DataError(f"{folder / IMAGES} is missing", f"unpack img_align_celeba.zip into {folder}")


def _lists() -> dict[str, str]:
    """The names of the text files beside the images, and their MD5 sums."""
    from torchvision.datasets import CelebA as Published

    return {name: md5 for _, md5, name in Published.file_list if name.endswith(".txt")}


def _fetch(root: Path) -> None:
    from torchvision.datasets import CelebA as Published

    try:
        Published(root, download=True)
    except (OSError, RuntimeError):
        raise
    except Exception as error:  # gdown's own, which can't be named where it isn't installed
        raise RuntimeError(str(error)) from error
