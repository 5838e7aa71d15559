"""The files of a folder as a run has trained on them, so that it can tell later what has become of them."""

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.errors import StorageError
from latentop.presets.atomic_file import replacing
from latentop.presets.image_folder import File
from latentop.presets.wording import spaced

SAMPLED = 64
"""Files whose contents are hashed, at most: those of the smallest hashes of names."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Files:
    """One entry a file, in the order of the images: hashes of its name, size and time of change.

    A name is hashed as seen from the folder, so the same on every machine; ``names`` is uint64 `(files,)`,
    evenly distributed. ``trained`` is bool `(files,)`: whether the run has ever trained on it; ``gone`` has
    the names of those that it has trained on and that are there no more.
    """

    root: str
    names: NDArray[np.uint64]
    sizes: NDArray[np.uint32]
    times: NDArray[np.uint32]
    trained: NDArray[np.bool_]
    gone: NDArray[np.uint64]
    sampled: NDArray[np.uint64]
    """Names of the files whose contents were hashed."""
    contents: NDArray[np.uint64]

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that another name, size, time of change or sampled content changes."""
        order = np.argsort(self.names)
        parts = (self.names[order], self.sizes[order], self.times[order], self.sampled, self.contents)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()[:16]

    @property
    def ever_trained(self) -> NDArray[np.uint64]:
        """Names of all files that the run has ever trained on."""
        return np.concatenate([self.names[self.trained], self.gone])

    def after(self, rows: NDArray[np.int64], before: "Files | None") -> "Files":
        """The same once the files of those rows are trained on; what was trained on ``before`` stays so."""
        trained = np.zeros(len(self.names), dtype=np.bool_)
        trained[rows] = True
        if before is None:
            return replace(self, trained=trained)
        known = before.ever_trained
        gone = np.setdiff1d(known, self.names)
        return replace(self, trained=trained | np.isin(self.names, known), gone=gone)


def seen(root: Path, files: Sequence[File]) -> Files:
    """The files as they are now, none of them trained on; the contents of a few are read."""
    names = hashes(file.name for file in files)
    few = np.argsort(names)[:SAMPLED]
    return Files(
        root=os.fspath(root),
        names=names,
        sizes=hashes(str(file.size) for file in files).astype(np.uint32),
        times=hashes(str(file.changed) for file in files).astype(np.uint32),
        trained=np.zeros(len(files), dtype=np.bool_),
        gone=np.zeros(0, dtype=np.uint64),
        sampled=names[few],
        contents=np.array([_content(root / files[row].name) for row in few], dtype=np.uint64),
    )


def hashes(texts: Iterable[str]) -> NDArray[np.uint64]:
    """A number from 0 to 2⁶⁴ - 1 for each text, the same on every machine, however it writes accents."""
    return np.array(
        [_hash(unicodedata.normalize("NFC", text).encode("utf-8", "surrogateescape")) for text in texts],
        dtype=np.uint64,
    )


def differences(before: Files, now: Files) -> str:
    """What has become of the files, in a clause: ``3 files added, 1 removed, 2 changed``; empty: nothing."""
    same, old, new = np.intersect1d(before.names, now.names, return_indices=True)
    resized = before.sizes[old] != now.sizes[new]
    dated = before.times[old] != now.times[new]
    _, read, again = np.intersect1d(before.sampled, now.sampled, return_indices=True)
    other = before.contents[read] != now.contents[again]
    changed = int((resized | dated | np.isin(same, before.sampled[read][other])).sum())
    dates = f"{_files(changed)} with another date, but of the same size and, where read, content"
    counts = {"added": len(now.names) - len(same), "removed": len(before.names) - len(same)}
    if changed and not resized.any() and not other.any() and len(read):
        told = _enumerated(counts)
        return "; ".join(filter(None, (told, dates)))
    return _enumerated({**counts, "changed": changed})


def save(files: Files, path: Path) -> None:
    """Write them, whole or not at all. Raises StorageError where that can't be."""
    arrays = {one.name: np.asarray(getattr(files, one.name)) for one in fields(Files)}
    try:
        with replacing(path) as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OSError as error:
        raise StorageError(
            f"{path} can't be written: {error.strerror}", "make room there, then resume"
        ) from error


def load(path: Path) -> Files | None:
    """Those that `save` wrote there; None where there are none, or nothing whole."""
    try:
        with np.load(path, allow_pickle=False) as found:
            read = {one.name: found[one.name] for one in fields(Files)}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return Files(**{**read, "root": str(read["root"])})


def _enumerated(counts: dict[str, int]) -> str:
    said = [(number, word) for word, number in counts.items() if number]
    return ", ".join(
        f"{_files(number) if place == 0 else spaced(number)} {word}"
        for place, (number, word) in enumerate(said)
    )


def _files(count: int) -> str:
    return f"{spaced(count)} file{'' if count == 1 else 's'}"


def _content(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return int.from_bytes(hashlib.file_digest(file, "sha256").digest()[:8], "big")
    except OSError:
        return 0


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")
