"""Fashion-MNIST: grey images of clothes, 28 × 28, ten classes, as many images in each.

Source: Xiao, Rasul and Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking machine
learning algorithms", arXiv:1708.07747. The small edition is drawn from it by `small_fashion_mnist`.
"""

from pathlib import Path
from types import MappingProxyType
from typing import Literal

from latentop.engine.data.download import download_fashion_mnist
from latentop.engine.data.idx_set import Arrays, as_pixels, holds_any, read_arrays
from latentop.engine.data.pixels import Pixels
from latentop.engine.run import preferences

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

PACKAGED = Path(__file__).parent / "fashion-mnist"
INSTALLED = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts the full set."""

SMALL = MappingProxyType(
    {
        "train-images-idx3-ubyte": "3b031406d9fcda71cbfd475ed52bfbe170e3923149891d65d4a6964a6dbd1d21",
        "train-labels-idx1-ubyte": "fdf9d4d5029c72484e8cf45051a7cfa2628ebfc898204eba6c34c36fa07aa742",
        "t10k-images-idx3-ubyte": "6293c6bc983913b0c61626edb8d375f93bea977034883b257927ddaf8e8baa00",
        "t10k-labels-idx1-ubyte": "6844bdae0b75c7153c4b154176f83a91041502a3f73c4e9a399a235bf9c58278",
    }
)
FULL = MappingProxyType(
    {
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    }
)
"""File name to SHA-256 of its content, decompressed. Debian's files and Zalando's hold the same content."""


def read_fashion_mnist(
    size: Literal["small", "full"],
    *,
    packaged: Path = PACKAGED,
    installed: Path = INSTALLED,
    cache: Path | None = None,
) -> Pixels:
    """Return Fashion-MNIST as bytes, before anything is chosen from it.

    ``small``: 1 000 training and 200 test images of each class, from `packaged`, inside this package.
    ``full``: 6 000 and 1 000 of each, from `installed` if any of the files is there, else from
    ``FashionMNIST/raw`` in `cache` (by default the user's cache folder), downloaded to there if need be.

    Raises `DataError` where a file is missing, truncated, corrupt or different from the published one, and
    where downloading fails.
    """
    if size == "small":
        hint = "install latentop anew: one of its own files is damaged"
        return _pixels(size, "inside the package", read_arrays(packaged, SMALL, hint))
    cache = preferences.cache() if cache is None else cache
    folder, source = installed, str(installed)
    if not holds_any(folder, FULL):
        folder = cache / "FashionMNIST" / "raw"
        source = str(folder)
        if not holds_any(folder, FULL):
            download_fashion_mnist(cache, check=read_full, instead=_instead(installed, folder))
            source = f"downloaded to {folder}"
    return _pixels(size, source, read_full(folder))


def read_full(folder: Path) -> Arrays:
    """Return the full set in `folder`; `DataError` names the first file that isn't as published."""
    hint = (
        f"put a whole copy there (plain or .gz), or remove all four files from {folder} to have them "
        'downloaded, or set size = "small"'
    )
    return read_arrays(folder, FULL, hint)


def _pixels(size: str, source: str, arrays: Arrays) -> Pixels:
    return as_pixels(arrays, name="fashion-mnist", size=size, source=source, classes=CLASSES)


def _instead(installed: Path, folder: Path) -> str:
    files = ", ".join(f"{name}.gz" for name in FULL)
    return (
        f"put {files} into {installed} (on Debian: apt install dataset-fashion-mnist) or into {folder}, "
        'or set size = "small"'
    )
