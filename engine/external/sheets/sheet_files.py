"""The sheets that a program saves, one after another: found by a pattern, told when they are whole."""

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST = 400
"""Sheets that are told of those that are there at first: the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFile:
    """A sheet's file; ``number``: the last in its name, if any; ``wall``: when it was written."""

    path: Path
    number: int | None
    wall: float


class SheetFiles:
    """Looks for files that are new or have changed. A file is told once two looks find it the same."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._seen: dict[Path, tuple[int, int]] = {}
        self._told: dict[Path, tuple[int, int]] = {}
        self._begun = False

    def new(self) -> list[SheetFile]:
        """What there is to read now, in order of its numbers, else of its times."""
        found = {path: state for path in self._matching() if (state := _state(path)) is not None}
        ready = [
            path
            for path, state in found.items()
            if self._told.get(path) != state and (not self._begun or self._seen.get(path) == state)
        ]
        self._seen, self._begun = found, True
        ready.sort(key=lambda path: (number(path) is None, number(path) or 0, found[path][0], path.name))
        self._told |= {path: found[path] for path in ready}
        return [
            SheetFile(path=path, number=number(path), wall=found[path][0] / 1e9) for path in ready[-MOST:]
        ]

    def _matching(self) -> Iterator[Path]:
        for name in glob.iglob(self._pattern, recursive=True):  # noqa: PTH207 - a pattern may be absolute
            yield Path(name)


def number(path: Path) -> int | None:
    """The last whole number in a file's name: 24 of ``fake_samples_epoch_024.png``."""
    found = re.findall(r"\d{1,15}", path.stem)
    return int(found[-1]) if found else None


def steps(files: list[SheetFile], newest: int, *, first: bool) -> list[int]:
    """The run's step of each: the newest for those that come while it goes on.

    Of those that are there at first, the number in the name is the step, or counts something longer, such as
    epochs: then the last one is of the newest step, and the others lie before it in proportion.
    """
    numbers = [one.number for one in files]
    if not first:
        return [newest] * len(files)
    known = [one for one in numbers if one is not None]
    if len(known) < len(files) or not known or max(known) == 0:
        return [round(newest * (place + 1) / len(files)) for place in range(len(files))]
    longest = max(known)
    if newest == 0 or newest / 2 <= longest <= newest:
        return known
    return [round(newest * one / longest) for one in known]


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if path.is_file() else None
