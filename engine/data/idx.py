"""The IDX format: one array in a file, plain or compressed with gzip or xz.

Two zero bytes, one byte for the type, one for the number of dimensions, each dimension as a big-endian
uint32, then the elements in C order, big-endian. Source: the format's description on the MNIST page,
http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
"""

import gzip
import hashlib
import lzma
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentop.engine.run.errors import DataError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
SUFFIXES = ("", ".gz", ".xz")
"""The endings that `read_idx` understands, quickest to read first."""

HINT = "replace the file with a whole copy"


def read_idx(path: Path, *, sha256: str | None = None, hint: str = HINT) -> npt.NDArray[Any]:
    """Return the array in `path`, in its own shape and type, in native byte order.

    `sha256` is the hexadecimal checksum that the file's *content*, decompressed, must have: so one number
    vouches for the same data however it was compressed.

    Raises `DataError` with the given `hint` where the file is missing, unreadable, truncated, corrupt, not
    IDX, or whole but different from what `sha256` promises. The message names the file.
    """
    try:
        content = _decompressed(path)
        array = decode_idx(content)
    except ValueError as problem:
        raise DataError(f"{path} {problem}", hint) from None
    if sha256 is not None and (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise DataError(f"{path} holds other data: its SHA-256 is {found}, not {sha256}", hint)
    return array


def decode_idx(content: bytes) -> npt.NDArray[Any]:
    """Return the array that `content` describes; `ValueError` says what is wrong with it."""
    if len(content) < 4:
        raise ValueError(f"is truncated: {len(content)} bytes hold no IDX header")
    zero, code, dimensions = struct.unpack_from(">HBB", content)
    if zero != 0 or code not in TYPES:
        raise ValueError(f"is not an IDX file: it begins with {content[:4].hex(' ')}")
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(f"is truncated: its header ends after {len(content)} of {start} bytes")
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    dtype = np.dtype(TYPES[code])
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        fault = "is truncated" if len(content) < expected else "is too long"
        size = " × ".join(map(str, shape))
        raise ValueError(f"{fault}: {size} of {dtype.name} make {expected} bytes, it has {len(content)}")
    return np.frombuffer(content, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def encode_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """Return an IDX file's content: bytes that `decode_idx` turns into the same uint8 array."""
    return struct.pack(f">HBB{array.ndim}I", 0, 0x08, array.ndim, *array.shape) + array.tobytes()


def _decompressed(path: Path) -> bytes:
    """Return what is in the file; gzip's CRC-32 and xz's CRC-64 are checked on the way."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ValueError("is missing") from None
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}") from None
    try:
        match path.suffix:
            case ".gz":
                return gzip.decompress(raw)
            case ".xz":
                return lzma.decompress(raw)
            case _:
                return raw
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"is truncated or corrupt: {error}") from None
