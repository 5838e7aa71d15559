"""Which folders of event files are one training: one for each metric, one for its validation."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from latentop.engine.external.logs.formats.event_files import MARK, EventFiles, tags
from latentop.engine.external.logs.log_feed import Part
from latentop.engine.external.logs.rows import LogReader
from latentop.engine.external.series_names import known

_HALVES = frozenset({"train", "training", "valid", "validation", "val", "test", "eval", "evaluation"})
"""Folders of event files that are a half of the training above them, as Keras makes them."""


class EventFolders:
    """Puts folders of event files together. ``root`` is the one that was asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._is_part: dict[Path, bool] = {}
        self._losses: dict[Path, bool] = {}

    def parts(self, folder: Path, files: Sequence[Path]) -> list[Part]:
        """The parts of the training whose events lie in a folder, and in folders below it that belong to it.

        None where there are no event files, or where they belong to the folder above. ``files`` are its own.
        """
        if self._belongs_above(folder):
            return []
        own = [Part(str(folder), _opener(folder, ""))] if _has_events(files) else []
        return own + [
            Part(str(below), _opener(below, f"{below.name}/"))
            for below in sorted(folder.iterdir())
            if below.is_dir() and self._belongs_above(below) and _has_events(below.iterdir())
        ]

    def may_have_losses(self, folder: Path, files: Sequence[Path]) -> bool:
        """Whether the events of a folder, or of those below that belong to it, tell of any loss so far."""
        if folder not in self._losses:
            parts = (one for one in folder.iterdir() if one.is_dir() and self._belongs_above(one))
            below = (path for one in parts for path in one.iterdir())
            found = {tag for path in (*files, *below) if MARK in path.name for tag in tags(path)}
            if not found:
                return True  # nothing is written yet
            self._losses[folder] = any((known(tag) or "").startswith("loss/") for tag in found)
        return self._losses[folder]

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
