"""Reading the plain files of a run's folder, whoever has put there what; and keeping logs short."""

import os
import stat
from pathlib import Path

LARGEST = 2**20


def text(path: Path) -> str:
    """A whole file as text. Raises OSError where it is none, or too large; UnicodeDecodeError for no text."""
    read = _end(path, LARGEST + 1)
    if len(read) > LARGEST:
        raise OSError(f"it has more than {LARGEST} bytes")
    return read.decode("utf-8")


def tail(path: Path, most: int) -> str:
    """The last ``most`` bytes of a file, as text whatever they are; nothing where it can't be read."""
    try:
        return _end(path, most).decode("utf-8", errors="replace")
    except OSError:
        return ""


def shorten(path: Path, most: int) -> None:
    """Where a log has more than ``most`` bytes, keep a quarter of that from its beginning and from its end.

    Who appends to it goes on appending. Nothing happens where it can't be written.
    """
    part = most // 4
    try:
        size = path.stat().st_size
        if size <= most:
            return
        with path.open("r+b") as file:
            file.seek(size - part)
            last = file.read()
            file.seek(part)
            file.write(f"\n... {size - 2 * part} bytes are left out here ...\n".encode() + last)
            file.truncate()
    except OSError:
        return


def _end(path: Path, most: int) -> bytes:
    """The last bytes. Raises OSError where there is no such file; to open a pipe would wait for ever."""
    with open(path, "rb", opener=_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is no plain file")
        file.seek(max(0, status.st_size - most))
        return file.read(most)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
