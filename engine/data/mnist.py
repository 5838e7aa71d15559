"""MNIST: grey images of handwritten digits, 28 × 28, ten classes.

Source: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86 (11).
"""

from pathlib import Path
from types import MappingProxyType

from latentop.engine.data.download import download
from latentop.engine.data.idx_set import Arrays, as_pixels, holds_any, read_arrays
from latentop.engine.data.pixels import Pixels
from latentop.engine.run import preferences

CLASSES = tuple("0123456789")

FILES = MappingProxyType(
    {
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }
)
"""File name to SHA-256 of its content, decompressed."""


def read_mnist(*, cache: Path | None = None) -> Pixels:
    """Return 60 000 training and 10 000 test images, from ``MNIST/raw`` in `cache`, downloaded if need be.

    Raises `DataError` where a file is missing, truncated, corrupt or different from the published one, and
    where downloading fails.
    """
    cache = preferences.cache() if cache is None else cache
    folder = cache / "MNIST" / "raw"
    source = str(folder)
    if not holds_any(folder, FILES):
        instead = f"put {', '.join(f'{name}.gz' for name in FILES)} into {folder}"
        download("MNIST", folder, cache=cache, fetch=_fetch, check=_read, instead=instead)
        source = f"downloaded to {folder}"
    return as_pixels(_read(folder), name="mnist", source=source, classes=CLASSES)


def _read(folder: Path) -> Arrays:
    hint = f"put a whole copy there (plain or .gz), or remove all four files from {folder} to download them"
    return read_arrays(folder, FILES, hint)


def _fetch(root: Path) -> None:
    # Imported only here: it takes seconds, and almost no run downloads.
    from torchvision.datasets import MNIST

    MNIST(root, download=True)
