"""Download a set through torchvision: all of it, checked, or nothing."""

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from latentop.engine.run.errors import DataError

PATIENCE = 30.0
"""Seconds without a byte until the download counts as failed."""


def download_fashion_mnist(cache: Path, *, check: Callable[[Path], object], instead: str) -> None:
    """Leave the four files in ``FashionMNIST/raw`` in `cache`, as torchvision does: see `download`."""

    def fetch(root: Path) -> None:
        # Imported only here: it takes seconds, and almost no run downloads.
        from torchvision.datasets import FashionMNIST

        FashionMNIST(root, download=True)

    place = cache / "FashionMNIST" / "raw"
    download("Fashion-MNIST", place, cache=cache, fetch=fetch, check=check, instead=instead)


def download(
    name: str,
    place: Path,
    *,
    cache: Path,
    fetch: Callable[[Path], object],
    check: Callable[[Path], object],
    instead: str,
) -> None:
    """Have torchvision leave a set's files in the folder `place`, inside `cache`.

    `fetch` is called with a folder of its own beside `place`, which it fills as if it were `cache`, passing
    torchvision's MD5 sums; then `check` with what has become of `place` there; and only then the files take
    their place in one rename. An interrupted download leaves nothing that a later run would trust; two runs
    that download at once don't disturb each other.

    Raises `DataError`, with `instead` as its hint, where they can't be downloaded or written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="partial-", dir=place.parent) as partial, _impatient():
            fetch(Path(partial))
            arrived = Path(partial) / place.relative_to(cache)
            check(arrived)
            _move(arrived, place)
    except (OSError, RuntimeError, HTTPException, EOFError, DataError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{name} could not be downloaded to {place}: {reason}", instead) from error


def _move(arrived: Path, place: Path) -> None:
    try:
        arrived.rename(place)
    except OSError:
        # Another run was quicker, and its files passed the same check before they got there.
        if not place.is_dir() or not any(place.iterdir()):
            raise


@contextmanager
def _impatient() -> Iterator[None]:
    # torchvision gives no timeout, and a connection that hangs would hang the worker for ever.
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
