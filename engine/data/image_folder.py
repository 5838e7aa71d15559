"""A folder of a person's own images, whatever lies in it."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from latentop.engine.data import fingerprint
from latentop.engine.data.image_cache import Squares, squares
from latentop.engine.data.pixels import Pixels
from latentop.engine.run import preferences, resized_copies
from latentop.engine.run.errors import DataError
from latentop.presets.data import Folder
from latentop.presets.image_folder import HINT, obstacle, walk
from latentop.presets.wording import NAMED, listed, printable, spaced

log = logging.getLogger("latentop")


def read_folder(spec: Folder, *, cache: Path | None = None) -> Pixels:
    """Return all images in a folder and its subfolders: uint8 `(count, channels, pixels, pixels)`.

    The first level of subfolders are the classes, and images beside them are left out, as torchvision's
    ImageFolder does it; without an image in a subfolder all are of one class, named like the folder. Hidden
    files are passed over. What is left out is told in notes, with the first names and reasons, and all of it
    in the log. For what happens to an image, see `image_file`; the result is kept in `cache` (by
    default the user's cache folder).

    Raises `DataError` where there is no such folder, or no image in it.
    """
    root = _root(spec.path)
    folders: list[str] = []
    closed: list[str] = []
    found = sorted(walk(root, folders, closed), key=lambda file: file.name)
    names = [file.name for file in found]
    cache = preferences.cache() if cache is None else cache
    made = squares(
        root, names, pixels=spec.pixels, channels=spec.channels, cache=cache, background=spec.background
    )
    faults = {names[row]: why for row, why in made.faults.items()}
    write_down(faults)
    if len(faults) == len(names):
        resized_copies.discard(made.path)
        what = f"no image, only {_reasons(faults)}" if names else "no file"
        raise DataError(f"data.path = {printable(str(root))} holds {what}", HINT)
    kept = np.setdiff1d(np.arange(len(names)), np.array([*made.faults], dtype=np.int64))
    labels, classes = _labels(root, names, kept)
    inside = kept[labels[kept] >= 0]
    stray = [names[row] for row in kept if labels[row] < 0]
    empty = [name for name in folders if printable(name) not in classes and name not in closed]
    return Pixels(
        name=spec.tag,
        source=printable(str(root)),
        classes=classes,
        images=made.images,
        labels=labels,
        train=inside,
        test=np.arange(0),
        notes=(
            *skipped(faults, len(names)),
            *_left_out(stray),
            *_nothing_in(empty),
            *_closed(closed),
            cached(made),
        ),
        files=fingerprint.seen(root, found),
    )


def skipped(faults: Mapping[str, str], count: int) -> tuple[str, ...]:
    """Say which of so many files can't be read as images, and why, if any: one note or none."""
    if not faults:
        return ()
    all_of_them = " (all in worker.log)" if len(faults) > NAMED else ""
    return (f"skipped {spaced(len(faults))} of {_files(count)}: {_reasons(faults)}{all_of_them}",)


def write_down(faults: Mapping[str, str]) -> None:
    """Log the name of every file that can't be read as an image, fit to be printed, and why."""
    for name, why in faults.items():
        log.warning("skipped %s: %s", printable(name), why)


def cached(made: Squares) -> str:
    """Say where the resized copies of the images lie, and how much room they take."""
    size = made.images.nbytes
    room = f"{spaced(round(size / 1e6))} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
    return f"the resized copies take {room}: {made.path}"


def _reasons(faults: Mapping[str, str]) -> str:
    return listed([f"{name} ({why})" for name, why in faults.items()])


def _root(path: str) -> Path:
    problem = "is empty" if not path else f"= {printable(path)} {found}" if (found := obstacle(path)) else ""
    if problem:
        raise DataError(f"data.path {problem}", HINT)
    return Path(path)


def _labels(
    root: Path, names: Sequence[str], kept: Iterable[int]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A label for every file, -1 for those that are of no class; and the classes that have an image."""
    parts = {row: PurePosixPath(names[row]).parts for row in kept}
    found = {row: first for row, (first, *rest) in parts.items() if rest}
    if not found:
        found = dict.fromkeys(parts, root.name or "images")
    classes = sorted(set(found.values()))
    places = {name: place for place, name in enumerate(classes)}
    labels = np.full(len(names), -1, dtype=np.int64)
    for row, name in found.items():
        labels[row] = places[name]
    return labels, tuple(map(printable, classes))


def _left_out(stray: Sequence[str]) -> tuple[str, ...]:
    if not stray:
        return ()
    log.warning("beside the class folders, left out: %s", ", ".join(map(printable, stray)))
    what = "an image" if len(stray) == 1 else f"{spaced(len(stray))} images"
    lie = "lies" if len(stray) == 1 else "lie"
    return (f"left out {what} that {lie} beside the class folders: {listed(stray)}",)


def _nothing_in(folders: Sequence[str]) -> tuple[str, ...]:
    if not folders:
        return ()
    what = "a folder" if len(folders) == 1 else f"{spaced(len(folders))} folders"
    return (f"no class for {what} without an image: {listed(folders)}",)


def _closed(folders: Sequence[str]) -> tuple[str, ...]:
    if not folders:
        return ()
    what = "a folder" if len(folders) == 1 else f"{spaced(len(folders))} folders"
    return (f"left out {what} that can't be opened: {listed(folders)}",)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{spaced(count)} files"
