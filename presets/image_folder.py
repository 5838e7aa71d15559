"""A folder of one's own images before any is decoded: its files, and whether one can train on it."""

import errno
import os
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from latentop.presets.data import Folder
from latentop.presets.preset_error import PresetError
from latentop.presets.wording import listed, printable, spaced

HINT = "name a folder of images: --data FOLDER"
TWO = "one image to train on and one to hold out make two"
_OPENED = 1000
"""Files that `check` opens, at most: whether the rest are images is seen when all of them are read."""
_REASON = 80
"""Letters of a reason, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file: its name as seen from the folder, with ``/``; bytes; nanoseconds since the epoch."""

    name: str
    size: int
    changed: int


class TooLargeError(ValueError):
    """An image of more pixels than are read."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)

    def __str__(self) -> str:
        width, height = self.args
        return f"too large: {spaced(width)} × {spaced(height)} pixels"


def obstacle(path: str) -> str:
    """Why a path is no folder that can be opened, to be said after its name; empty where it is one."""
    root = Path(path)
    try:
        if not root.is_dir():
            return "is no folder" if root.exists() else "does not exist"
        next(root.iterdir(), None)
    except OSError as error:
        return f"can't be opened: {error.strerror}"
    return ""


def walk(root: Path, folders: list[str], closed: list[str]) -> Iterator[File]:
    """Yield all files in a folder and its subfolders that are not hidden; those beside subfolders first.

    Links are followed, to each folder once; one to nowhere is a file that can't be read. Names of the first
    level of subfolders go into ``folders``, of those that can't be opened into ``closed``.
    """

    def relative(path: str) -> str:
        return Path(path).relative_to(root).as_posix()

    seen: set[tuple[int, int]] = set()
    errors: list[OSError] = []
    for place, below, files in os.walk(root, onerror=errors.append, followlinks=True):
        state = Path(place).stat()
        if (state.st_dev, state.st_ino) in seen:  # a link back up, or a second one to the same folder
            below.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        below[:] = sorted(name for name in below if not name.startswith("."))
        here = relative(place)
        if here == ".":
            folders.extend(below)
        for name in sorted(files):
            if name.startswith("."):
                continue
            path = os.path.join(place, name)  # noqa: PTH118 - of 100 000 files
            try:
                found = os.stat(path)  # noqa: PTH116
            except OSError:
                if not os.path.islink(path):  # noqa: PTH114
                    continue  # gone meanwhile
                found = os.lstat(path)
            kind = stat.S_IFMT(found.st_mode)
            if kind in (stat.S_IFREG, stat.S_IFLNK):  # a pipe or a device would be waited for, for ever
                name = name if here == "." else f"{here}/{name}"
                yield File(name=name, size=found.st_size, changed=found.st_mtime_ns)
    closed.extend(sorted(relative(os.fspath(error.filename)) for error in errors))


def check(data: Folder) -> None:
    """Raise PresetError where it is seen at once that one can't train on the images in that folder."""
    if not data.path:
        raise PresetError("data.path is empty", HINT, key="data.path")
    problem, hint = obstacle(data.path), HINT
    if not problem:
        problem, hint = _too_few(Path(data.path))
    if problem:
        raise PresetError(f"data.path = {printable(data.path)} {problem}", hint, key="data.path")


def _too_few(root: Path) -> tuple[str, str]:
    """What is wrong with the files in a folder, and what to do; empty where nothing is, as far as is seen."""
    folders: list[str] = []
    others: list[str] = []
    inside = beside = opened = 0
    for file in walk(root, folders, []):
        within = "/" in file.name
        if not within and beside > 1 and folders:
            continue  # enough of these; images in class folders decide
        if opened == _OPENED:
            return "", ""
        opened += 1
        if problem := _no_image(root / file.name):
            others.append(f"{printable(file.name)} ({problem})")
            continue
        inside, beside = inside + within, beside + (not within)
        if inside > 1 or (beside > 1 and not folders):
            return "", ""
    if not opened:
        return "holds no file", HINT
    if not inside + beside:
        return f"holds no image, only {listed(others)}", HINT
    if inside and beside:
        return "holds one image in its class folders; those beside class folders are left out", TWO
    return ("holds one image only", TWO) if inside + beside == 1 else ("", "")


def _no_image(path: Path) -> str:
    """Why a file is no image, by its first bytes; empty where it seems to be one."""
    from PIL import Image  # the command line does without where no folder is looked into

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.open(path).close()
    except Exception as error:  # decoders raise just about anything
        return reason(error)
    return ""


def reason(error: Exception) -> str:
    """Why a file can't be read as an image, in some words."""
    from PIL import Image, UnidentifiedImageError

    match error:
        case TooLargeError():
            return str(error)
        case UnidentifiedImageError():
            return "no image"
        case Image.DecompressionBombError():
            return f"too large: more than {spaced(2 * (Image.MAX_IMAGE_PIXELS or 0))} pixels"
        case OSError(errno=int(number)) if number != errno.EINVAL:
            return os.strerror(number).lower()
    said = printable(" ".join(str(error).split())) or type(error).__name__
    return f"damaged: {said if len(said) <= _REASON else said[: _REASON - 1] + '…'}"
