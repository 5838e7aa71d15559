"""A folder of a person's own images, whatever lies in it."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from engine.data.pixels import Pixels
from engine.data.squares import squares
from engine.run.errors import DataError
from presets.data import Folder

log = logging.getLogger("latentop")

SEED = 1511_06434
NAMED = 5
"""Files that a note names, at most."""
HINT = "name a folder of images: --set data.path=FOLDER"


def read_folder(spec: Folder, *, cache: Path | None = None) -> Pixels:
    """Return all images in a folder and its subfolders: uint8 `(count, channels, pixels, pixels)`.

    The first level of subfolders are the classes; images beside them are of a class named like the folder.
    Hidden files are passed over; files that are no images are counted, the first named in a note, and all in
    the log. The order is drawn once and for all: so what is held out, the last tenth, is of every class. For
    what happens to an image, see `engine.data.square`; the result is kept in `cache` (by default the user's
    cache folder).

    Raises `DataError` where there is no such folder, or no image in it.
    """
    root = _root(spec.path)
    names, closed = _walk(root)
    cache = user_cache_path("latentop") if cache is None else cache
    made = squares(root, names, pixels=spec.pixels, channels=spec.channels, cache=cache)
    broken = [names[row] for row in made.broken]
    write_down(broken)
    if len(broken) == len(names):
        found = f"no image, only {listed(broken)}" if names else "no file"
        raise DataError(f"data.path = {printable(str(root))} holds {found}", HINT)
    kept = np.setdiff1d(np.arange(len(names)), np.array(made.broken, dtype=np.int64))
    labels, classes = _labels(root, names, kept)
    # The legacy generator on purpose: NumPy has frozen its stream (NEP 19), and the new one's may change.
    order = np.random.RandomState(SEED).permutation(kept)
    return Pixels(
        name=spec.tag,
        source=printable(str(root)),
        classes=classes,
        images=made.images,
        labels=labels,
        train=order,
        test=np.arange(0),
        notes=(*skipped(broken, len(names)), *_closed(closed)),
    )


def skipped(broken: Sequence[str], count: int) -> tuple[str, ...]:
    """Say which of so many files are no images, if any: one note or none."""
    if not broken:
        return ()
    are = "is no image" if len(broken) == 1 else "are no images"
    all_of_them = " (all in worker.log)" if len(broken) > NAMED else ""
    return (f"skipped {len(broken)} of {count} files that {are}: {listed(broken)}{all_of_them}",)


def write_down(names: Sequence[str]) -> None:
    """Log the name of every file that is no image, fit to be printed."""
    for name in names:
        log.warning("no image: %s", printable(name))


def listed(names: Sequence[str]) -> str:
    """Return the first names, fit to be printed, and … where there are more."""
    more = ["…"] if len(names) > NAMED else []
    return ", ".join([*map(printable, names[:NAMED]), *more])


def printable(name: str) -> str:
    """Return a name in which nothing can move a cursor or break a line: � stands for whatever could."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)


def _root(path: str) -> Path:
    if not path:
        raise DataError("data.path is empty", HINT)
    root = Path(path)
    try:
        problem = "" if root.is_dir() else "is no folder" if root.exists() else "does not exist"
        if not problem:
            next(root.iterdir(), None)
    except OSError as error:
        problem = f"can't be opened: {error.strerror}"
    if problem:
        raise DataError(f"data.path = {printable(path)} {problem}", HINT)
    return root


def _walk(root: Path) -> tuple[list[str], list[str]]:
    """Relative names of all files that are not hidden, in order; and of folders that can't be opened."""
    names: list[str] = []
    closed: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    for place, folders, files in os.walk(root, onerror=closed.append, followlinks=True):
        state = Path(place).stat()
        if (state.st_dev, state.st_ino) in seen:  # a link back up, or a second one to the same folder
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(place, name) for name in files if not name.startswith(".")]
        # A pipe or a device would be waited for, for ever.
        names.extend(str(path.relative_to(root)) for path in paths if path.is_file())
    return sorted(names), sorted(str(Path(one.filename).relative_to(root)) for one in closed)


def _labels(
    root: Path, names: Sequence[str], kept: NDArray[np.int64]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A label for every file, 0 for those that aren't kept; and the classes that have an image."""
    parts = [Path(names[row]).parts for row in kept]
    own = root.name or "images"
    found = [first if rest else own for first, *rest in parts]
    classes = sorted(set(found))
    places = {name: place for place, name in enumerate(classes)}
    labels = np.zeros(len(names), dtype=np.int64)
    labels[kept] = [places[name] for name in found]
    return labels, tuple(map(printable, classes))


def _closed(folders: Sequence[str]) -> tuple[str, ...]:
    if not folders:
        return ()
    what = "a folder" if len(folders) == 1 else f"{len(folders)} folders"
    return (f"left out {what} that can't be opened: {listed(folders)}",)
