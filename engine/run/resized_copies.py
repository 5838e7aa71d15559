"""The resized copies of people's images, which let the next run begin at once: what there is, what goes."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DAY = 86_400.0
KEPT_DAYS = 30
"""Days without a run after which a copy goes, when another one is made."""
_HALF_WRITTEN = "*.unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizedCopy:
    """The copies of one folder's images in one size.

    ``source`` is that folder, empty where nobody noted it; ``size`` in bytes; ``used`` is when a run last
    began with them, in seconds since the epoch.
    """

    path: Path
    source: str
    size: int
    used: float


def folder(cache: Path) -> Path:
    """Where they lie in the user's cache."""
    return cache / "images"


def every(cache: Path) -> list[ResizedCopy]:
    """All that there are, the last used first."""
    found = []
    for path in folder(cache).glob("*.npy"):
        with suppress(OSError):  # gone meanwhile
            status = path.stat()
            found.append(
                ResizedCopy(path=path, source=_source(path), size=status.st_size, used=status.st_mtime)
            )
    return sorted(found, key=lambda one: one.used, reverse=True)


def note_use(path: Path) -> None:
    """Say that a run begins with them now."""
    with suppress(OSError):  # somebody else's, or a file system that nobody may write to
        os.utime(path)


def remove(copies: Iterable[ResizedCopy]) -> None:
    """Remove them; a run that trains on them has them open, and keeps them."""
    for one in copies:
        discard(one.path)


def discard(path: Path) -> None:
    """Remove the copies that lie in that file."""
    for one in (path, path.with_suffix(".json")):
        with suppress(OSError):
            one.unlink()


def remove_unused(cache: Path, now: float) -> None:
    """Remove what no run has used for long, and what a worker that was killed left half written."""
    remove(one for one in every(cache) if now - one.used > KEPT_DAYS * DAY)
    for path in folder(cache).glob(_HALF_WRITTEN):
        with suppress(OSError):
            if now - path.stat().st_mtime > DAY:
                path.unlink()


def _source(path: Path) -> str:
    with suppress(OSError, ValueError):
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return str(told.get("source", ""))
    return ""
