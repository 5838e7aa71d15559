"""Which folders of event files are one training: one for each metric, one for its validation."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from latentop.engine.external.logs.content import Content
from latentop.engine.external.logs.formats.event_files import MARK, EventFiles, tags
from latentop.engine.external.logs.log_feed import Part
from latentop.engine.external.logs.rows import LogReader
from latentop.engine.external.logs.trainings import Held
from latentop.engine.run.errors import UsageError

_HALVES = frozenset({"train", "training", "valid", "validation", "val", "test", "eval", "evaluation"})
"""Folders of event files that are a half of the training above them, as Keras makes them."""


class EventFolders:
    """Puts folders of event files together. ``root`` is the one that was asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._is_part: dict[Path, bool] = {}
        self._names: dict[Path, frozenset[str]] = {}

    def held(self, folder: Path, files: Sequence[Path]) -> Held | None:
        """The log in a folder's event files, and in those of folders below that belong to it.

        None where there are none, or where they belong to the folder above. ``files`` are its own.
        """
        if self._belongs_above(folder):
            return None
        below = [one for one in sorted(folder.iterdir()) if one.is_dir() and self._belongs_above(one)]
        places = [(folder, "", files), *((one, f"{one.name}/", [*one.iterdir()]) for one in below)]
        parts = tuple(
            Part(str(place), _opener(place, prefix)) for place, prefix, held in places if _has_events(held)
        )
        if not parts:
            return None
        return Held(folder, Content("events", self._tags(folder, places), _opener(folder, "")), parts)

    def _tags(self, folder: Path, places: Iterable[tuple[Path, str, Sequence[Path]]]) -> frozenset[str]:
        """The first tags; none as long as nothing is written, or without the package that reads them."""
        if not self._names.get(folder):
            with suppress(UsageError):
                files = [(path, prefix) for _, prefix, held in places for path in held if MARK in path.name]
                self._names[folder] = frozenset(prefix + tag for path, prefix in files for tag in tags(path))
        return self._names.get(folder, frozenset())

    def _belongs_above(self, folder: Path) -> bool:
        if folder == self._root:
            return False
        if folder not in self._is_part:
            if folder.name.lower() in _HALVES:
                self._is_part[folder] = True
            elif files := [path for path in folder.iterdir() if MARK in path.name]:
                found = tags(files[0])
                if not found:
                    return False  # nothing is written yet
                self._is_part[folder] = len(found) == 1 and all(
                    folder.name.startswith(tag.replace("/", "_") + "_") for tag in found
                )
        return self._is_part.get(folder, False)


def _has_events(files: Iterable[Path]) -> bool:
    return any(MARK in path.name for path in files)


def _opener(folder: Path, prefix: str) -> Callable[[list[str], str | None], LogReader]:
    return lambda notes, _: EventFiles(folder, notes, prefix=prefix)
