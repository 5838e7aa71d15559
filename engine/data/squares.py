"""Many image files as one array of small squares, made once and memory-mapped ever after."""

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.square import square
from engine.run.errors import DataError

VERSION = 1
"""Of what `square` makes of a file: another one makes every array anew."""
MOST_THREADS = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Squares:
    """One row a file: ``images`` is uint8 `(files, channels, pixels, pixels)`, memory-mapped and read-only.

    ``broken`` are the ascending rows of files that can't be read as images; they hold nothing.
    """

    images: NDArray[np.uint8]
    broken: tuple[int, ...]


def squares(root: Path, names: Sequence[str], *, pixels: int, channels: int, cache: Path) -> Squares:
    """Return the files of those names in `root`, in their order, each as `square` makes it.

    The array lies in ``images`` in `cache`. It is made anew where any file's name, size or time of change is
    another than when it was made, and then takes the place of the old one. Several runs may do that at once.

    Raises `DataError` where it can't be written.
    """
    folder = cache / "images"
    settings = _digest(VERSION, os.fspath(root), pixels, channels)
    stem = f"{settings}-{_digest(*(_state(root, name) for name in names))}"
    shape = (len(names), channels, pixels, pixels)
    made = _open(folder, stem, shape)
    if made is None:
        try:
            _make(root, names, shape, folder, stem)
        except OSError as error:
            raise DataError(
                f"the resized images can't be written to {folder}: {error.strerror or error}",
                "make room or make it writable, or name another cache folder: XDG_CACHE_HOME=FOLDER",
            ) from error
        _remove_others(folder, settings, stem)
        made = _open(folder, stem, shape)
    if made is None:
        raise DataError(f"{folder / stem}.npy can't be read back", f"remove it, and look after {folder}")
    return made


def _open(folder: Path, stem: str, shape: tuple[int, ...]) -> Squares | None:
    """What was made before; None where there is nothing whole."""
    try:
        images = np.load(folder / f"{stem}.npy", mmap_mode="r", allow_pickle=False)
        broken = json.loads((folder / f"{stem}.json").read_text())
    except (OSError, ValueError, EOFError):
        return None
    if images.shape != shape or images.dtype != np.uint8:
        return None
    return Squares(images=images, broken=tuple(broken))


def _make(root: Path, names: Sequence[str], shape: tuple[int, ...], folder: Path, stem: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="partial-", dir=folder) as partial_:
        array, faults = Path(partial_) / "images.npy", Path(partial_) / "broken.json"
        with array.open("wb") as file, warnings.catch_warnings(), ThreadPoolExecutor(_threads()) as pool:
            warnings.simplefilter("ignore")  # Pillow's, on odd metadata: the image counts
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            file.flush()
            start = file.tell()
            file.truncate(start + int(np.prod(shape)))
            # Written, not mapped: a full disk is then an error, not the death of the process.
            write = partial(
                _write, root=root, names=names, shape=shape, descriptor=file.fileno(), start=start
            )
            whole = list(pool.map(write, range(len(names))))
            os.fsync(file.fileno())
        faults.write_text(json.dumps([row for row, fine in enumerate(whole) if not fine]))
        faults.rename(folder / f"{stem}.json")
        array.rename(folder / f"{stem}.npy")


def _write(
    row: int, *, root: Path, names: Sequence[str], shape: tuple[int, ...], descriptor: int, start: int
) -> bool:
    """Write one row of the array; False where its file is no image."""
    _, channels, pixels, _ = shape
    try:
        content = square(root / names[row], pixels, channels).tobytes()
    except Exception:  # decoders raise just about anything on files that are broken or made to break them
        return False
    written = 0
    while written < len(content):
        written += os.pwrite(descriptor, content[written:], start + row * len(content) + written)
    return True


def _remove_others(folder: Path, settings: str, stem: str) -> None:
    """Remove what was made of the same folder before it changed; a run that still reads it keeps it open."""
    for path in folder.glob(f"{settings}-*"):
        if path.stem != stem:
            with suppress(OSError):
                path.unlink()


def _state(root: Path, name: str) -> tuple[bytes, int, int]:
    try:
        found = (root / name).stat()
    except OSError:
        return os.fsencode(name), -1, -1
    return os.fsencode(name), found.st_size, found.st_mtime_ns


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _threads() -> int:
    return min(MOST_THREADS, os.cpu_count() or 1)
