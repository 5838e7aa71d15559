"""Replacing a file whole: who reads it finds the old one or the new one, never half of it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".unfinished"
"""How the names of files end that are being written, or were when their writer was killed."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, for its owner alone, that takes the place of ``path`` when the block has ended well.

    File and folder are on the disk by then: a loss of power leaves one or the other whole, too. Whatever ends
    the block otherwise leaves nothing behind.
    """
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):  # where nothing can be written, nothing can be removed
            unfinished.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system can
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
