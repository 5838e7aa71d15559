"""A text file that another program appends to, as whole lines, whatever happens to it meanwhile."""

import codecs
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from latentop.engine.run.errors import UsageError

BLOCK = 1 << 20
"""Bytes that are read at once."""
LONGEST_LINE = 1 << 20
"""Bytes of a line; a longer one is no line of a log, and is left out."""
_REMEMBERED = 64
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31
"""How zlib is told to read gzip."""
_BROKEN_OFF = re.compile(rb"[\w.+-]{1,64}\Z")
"""What may go on in a line that has no end."""
_DIGITS = b"0123456789"
_BACK = re.compile(rb"\x08{2,}")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""How files begin that are written elsewhere: PowerShell's ``>`` writes UTF-16."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, each with its end; ``begins`` says that the first one is the first of a file, and why."""

    data: bytes
    begins: Literal["", "first", "replaced", "truncated"] = ""


class AppendedFile:
    """Reads on where it left off: a file that is not there yet, grows, is truncated, replaced or rotated.

    A half-written last line waits for its end. A packed file (gzip) is read once. It is opened anew at every
    look, because what a network file system tells of an open file may be old. Ends of lines of any kind are
    ``\\n``, NULs are left out. Memory is bounded by ``BLOCK`` and ``LONGEST_LINE``.
    """

    def __init__(self, path: Path, notes: list[str] | None = None) -> None:
        self.path = path
        self.notes: list[str] = [] if notes is None else notes
        self._file: int | None = None
        self._packed: IO[bytes] | None = None
        self._unpacked: Iterator[bytes] = iter(())
        self._offset = 0
        self._before = b""
        self._tail = b""
        self._skips = False
        self._begins: Literal["", "first", "replaced", "truncated"] = "first"
        self._decoder: codecs.IncrementalDecoder | None = None

    def blocks(self, *, final: bool = False) -> Iterator[Block]:
        """What was appended since the last call; who stops in between goes on there the next time.

        ``final`` gives the last line without its end, too, but not the number or word that breaks off there.
        Raises UsageError for what is no file, or can't be opened.
        """
        for raw in self._appended():
            if lines := self._whole(raw):
                yield self._block(lines)
        if final and self._tail:
            whole = _BROKEN_OFF.sub(b"", self._tail)
            if any(byte in _DIGITS for byte in self._tail[len(whole) :]):
                self._note("the last line has no end: its last value may have more digits, and is left out")
            self._tail = b""
            if whole.strip():
                yield self._block(whole + b"\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
        if self._packed is not None:
            self._packed.close()
        self._file = self._packed = None

    def _block(self, lines: bytes) -> Block:
        begins, self._begins = self._begins, ""
        return Block(lines, begins)

    def _appended(self) -> Iterator[bytes]:
        """Bytes as they lie in the file, a block at a time, up to where it ends now."""
        newer = self._open()
        if newer is not None and self._file is not None:
            if os.path.samestat(os.fstat(newer), os.fstat(self._file)):
                os.close(self._file)
                self._file = newer
            else:
                try:
                    yield from self._rest()  # what was written to it before it was replaced
                except GeneratorExit:
                    os.close(newer)
                    raise
                os.close(self._file)
                self._file, self._begins = None, "replaced"
        if newer is not None and (self._file is None or self._is_another()):
            self._begin(newer)
        yield from self._rest()

    def _open(self) -> int | None:
        """The file that has the name now; None where there is none, or where it is away for a while."""
        try:
            regular_file(self.path)
            return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            if self._file is not None:
                return None
            raise UsageError(
                f"{self.path} can't be read: {error.strerror}", "name a file that can"
            ) from error

    def _is_another(self) -> bool:
        """Whether it was truncated since, or written anew: then it is shorter, or not as it was there."""
        if self._file is None or self._packed is not None:
            return False
        start = self._offset - len(self._before)
        if os.pread(self._file, len(self._before), start) == self._before:
            return False
        self._begins = "truncated"
        return True

    def _begin(self, file: int) -> None:
        """Read it from its beginning."""
        self._file, self._offset, self._before = file, 0, b""
        self._tail, self._skips = b"", False
        self._decoder = self._packed = None
        head = os.pread(file, 4, 0)
        if head.startswith(_GZIP):
            self._packed = os.fdopen(os.dup(file), "rb")
            self._unpacked = _unpacked(self._packed)
            head = b""
        for mark, name in _MARKS:
            if head.startswith(mark):
                self._decoder = codecs.getincrementaldecoder(name)("replace")

    def _rest(self) -> Iterator[bytes]:
        if self._packed is not None:
            try:
                for data in self._unpacked:  # goes on where it was left
                    yield data
            except (OSError, EOFError, zlib.error) as error:
                self._note(f"the packed file ends early: {error}")
            return
        file = self._file
        if file is None:
            return
        with suppress(
            OSError
        ):  # a network file system that is away, or forgot a file: the next look will see
            end = os.fstat(file).st_size
            while self._offset < end and (data := os.pread(file, BLOCK, self._offset)):
                self._offset += len(data)
                self._before = (self._before + data[-_REMEMBERED:])[-_REMEMBERED:]
                yield data

    def _whole(self, raw: bytes) -> bytes:
        """The lines that are whole by now; the half one is kept."""
        if self._decoder is not None:
            raw = self._decoder.decode(raw).encode("utf-8", "replace")
        raw = plain(raw)
        end = raw.rfind(b"\n") + 1
        if not end:
            self._keep(self._tail + raw)
            return b""
        lines, rest = self._tail + raw[:end], raw[end:]
        if self._skips:
            self._skips = False
            lines = lines[lines.index(b"\n") + 1 :]
        self._tail = b""
        self._keep(rest)
        return lines

    def _keep(self, half: bytes) -> None:
        if self._skips:
            return
        if len(half) > LONGEST_LINE:
            self._skips, half = True, b""
            self._note(f"a line longer than {LONGEST_LINE >> 20} MB is no line of a log: left out")
        self._tail = half

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)


def head(path: Path, size: int = 1 << 18) -> bytes:
    """The first bytes of a file, unpacked. Raises UsageError for what is no file, or can't be read."""
    return _whole_file(path, size)


def whole(path: Path, most: int) -> bytes:
    """All of a file, unpacked. Raises UsageError for what can't be read, or has more than ``most`` bytes."""
    found = _whole_file(path, most + 1)
    if len(found) > most:
        raise UsageError(
            f"{path} holds more than {most >> 20} MB in one piece", "log a record a line instead"
        )
    return found


def _whole_file(path: Path, most: int) -> bytes:
    try:
        regular_file(path)
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            if start != _GZIP:
                return file.read(most)
            found = b""
            with suppress(EOFError, zlib.error):
                for data in _unpacked(file):
                    found += data
                    if len(found) >= most:
                        break
            return found[:most]
    except OSError as error:
        raise UsageError(
            f"{path} can't be read: {error.strerror or error}", "name a file that can"
        ) from error


def _unpacked(packed: IO[bytes]) -> Iterator[bytes]:
    """What is packed (gzip), at most ``BLOCK`` at once.

    Raises zlib.error where it is damaged, EOFError where its end is missing.
    """
    unpacker = zlib.decompressobj(_GZIP_BITS)
    while raw := packed.read(BLOCK >> 3):
        data = b""
        while raw or len(data) == BLOCK:
            if data := unpacker.decompress(raw, BLOCK):
                yield data
            raw = unpacker.unconsumed_tail
            if unpacker.eof:
                raw, unpacker = unpacker.unused_data.lstrip(b"\0"), zlib.decompressobj(_GZIP_BITS)
                if not raw and not (raw := packed.read(BLOCK >> 3)):
                    return
    raise EOFError("its end is missing")


def regular_file(path: Path) -> os.stat_result:
    """What the system says of a file. Raises UsageError for anything else, OSError where there is nothing."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device, which can't be read twice"
        raise UsageError(f"{path} is {what}", "name a file: program | tee train.log")
    return found


def decoded(raw: bytes) -> bytes:
    """The text that raw bytes are, in UTF-8."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, "replace").encode("utf-8", "replace")
    return raw


def plain(text: bytes) -> bytes:
    """A text with ends of lines of one kind, and without NULs; what goes back over a line begins another."""
    if b"\0" in text:
        text = text.replace(b"\0", b"")
    if b"\b\b" in text:
        text = _BACK.sub(b"\n", text)
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
