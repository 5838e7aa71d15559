"""Many image files as one array of small squares, made once and memory-mapped ever after."""

import hashlib
import json
import os
import time
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentop.engine.data.image_file import square
from latentop.engine.run import resized_copies
from latentop.engine.run.errors import DataError
from latentop.presets.atomic_file import replacing
from latentop.presets.image_folder import reason

VERSION = 2
"""Of what `square` makes of a file: another one makes every array anew."""
MOST_THREADS = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Squares:
    """One row a file: ``images`` is uint8 `(files, channels, pixels, pixels)`, memory-mapped and read-only.

    ``faults`` has the ascending rows of files that can't be read as images, which hold nothing, and why.
    The array lies in ``path``.
    """

    images: NDArray[np.uint8]
    faults: Mapping[int, str]
    path: Path


def squares(
    root: Path, names: Sequence[str], *, pixels: int, channels: int, cache: Path, background: str = "white"
) -> Squares:
    """Return the files of those names in `root`, in their order, each as `square` makes it.

    The array lies in ``images`` in `cache`. It is made anew where any file's name, size or time of change is
    another than when it was made, and then takes the place of the old one. Several runs may do that at once.

    Raises `DataError` where it can't be written.
    """
    folder = resized_copies.folder(cache)
    settings = _digest(VERSION, os.fspath(root), pixels, channels, background)
    stem = f"{settings}-{_digest(*(_state(root, name) for name in names))}"
    shape = (len(names), channels, pixels, pixels)
    made = _open(folder, stem, shape)
    if made is None:
        try:
            _make(root, names, shape, background, folder, stem)
        except OSError as error:
            raise DataError(
                f"the resized images can't be written to {folder}: {error.strerror or error}",
                "make room or make it writable, or name another cache folder: XDG_CACHE_HOME=FOLDER",
            ) from error
        _remove_others(folder, settings, stem)
        resized_copies.remove_unused(cache, time.time())
        made = _open(folder, stem, shape)
    if made is None:
        raise DataError(f"{folder / stem}.npy can't be read back", f"remove it, and look after {folder}")
    resized_copies.note_use(made.path)
    return made


def _open(folder: Path, stem: str, shape: tuple[int, ...]) -> Squares | None:
    """What was made before; None where there is nothing whole."""
    try:
        images = np.load(folder / f"{stem}.npy", mmap_mode="r", allow_pickle=False)
        told = json.loads((folder / f"{stem}.json").read_text())
        faults = {int(row): str(why) for row, why in (told["faults"] if isinstance(told, dict) else told)}
    except (OSError, ValueError, TypeError, KeyError, EOFError):
        return None
    if images.shape != shape or images.dtype != np.uint8:
        return None
    return Squares(images=images, faults=faults, path=folder / f"{stem}.npy")


def _make(
    root: Path, names: Sequence[str], shape: tuple[int, ...], background: str, folder: Path, stem: str
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{stem}.npy") as file:
        with warnings.catch_warnings(), ThreadPoolExecutor(_threads()) as pool:
            warnings.simplefilter("ignore")  # Pillow's, on odd metadata: the image counts
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            file.flush()
            start = file.tell()
            file.truncate(start + int(np.prod(shape)))
            # Written, not mapped: a full disk is then an error, not the death of the process.
            write = partial(
                _write,
                root=root,
                names=names,
                shape=shape,
                background=background,
                descriptor=file.fileno(),
                start=start,
            )
            problems = list(pool.map(write, range(len(names))))
        told = {"source": str(root), "faults": [(row, why) for row, why in enumerate(problems) if why]}
        with replacing(folder / f"{stem}.json") as notes:
            notes.write(json.dumps(told).encode())


def _write(
    row: int,
    *,
    root: Path,
    names: Sequence[str],
    shape: tuple[int, ...],
    background: str,
    descriptor: int,
    start: int,
) -> str:
    """Write one row of the array; why that can't be where its file is no image."""
    _, channels, pixels, _ = shape
    try:
        content = square(root / names[row], pixels, channels, background).tobytes()
    except Exception as error:  # decoders raise just about anything on files that are broken or made to be
        return reason(error)
    written = 0
    while written < len(content):
        written += os.pwrite(descriptor, content[written:], start + row * len(content) + written)
    return ""


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
