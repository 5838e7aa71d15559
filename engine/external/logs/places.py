"""Where logs lie: a file, or a folder in which several trainings may have left theirs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.content import ACCEPTED, Content, NothingYetError, contents
from latentop.engine.external.logs.continuations import joined
from latentop.engine.external.logs.event_folders import EventFolders
from latentop.engine.external.logs.formats.mlflow_metric import FOLDER
from latentop.engine.external.logs.log_feed import LogFeed, Part
from latentop.engine.external.logs.near_names import listed
from latentop.engine.external.logs.same_values import SameValues
from latentop.engine.external.logs.trainings import Held, trainings
from latentop.engine.run.errors import UsageError

_ENDS = (".csv", ".tsv", ".txt", ".log", ".json", ".jsonl", ".out", ".db", ".sqlite", ".wandb")
_NAMES = ("log", "logs", "stdout")
_SKIPPED = frozenset({"checkpoints", "__pycache__", "node_modules", "site-packages"})
_MOST_FILES = 10_000
_DEEPEST = 5
_MOST_NOTES = 4


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A log of one training.

    ``key`` tells it from others below the same path, and stays; ``name`` is empty where it is the only one.
    ``parts`` are the files or folders that it is in; they may become more. ``notes`` say which files
    beside it are not read, and why.
    """

    path: Path
    key: str
    name: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def open(self, wanted: ColumnsWanted) -> LogFeed:
        """Read it. Whoever has the feed closes it."""
        feed = LogFeed(f"{self.path} ({self.name})" if self.name else str(self.path), wanted)
        feed.extend(self.parts)
        for words in self.notes:
            feed.note(words)
        return feed


class LogPlaces:
    """Finds the logs at a path, and those that come there later.

    ``once`` says that they are read once, as they are: then a log that goes on where another ends is the same
    training. While logs grow nobody knows: two may be written side by side.
    """

    def __init__(self, path: Path, *, once: bool = False) -> None:
        self._path = path
        self._once = once
        self._seen: dict[Path, tuple[int, int, list[Content]]] = {}
        """Of every file its number, its size when it was last looked at, and what it holds."""
        self._events = EventFolders(path)
        self._same_values = SameValues()

    def find(self) -> list[LogPlace]:
        """The logs that are there now, in the order of their names.

        Raises NothingYetError where there may still be one, UsageError for a file that is no log.
        """
        try:
            found = self._in_folder() if self._path.is_dir() else self._in_file()
        except OSError as error:
            raise UsageError(f"{self._path} can't be read: {error.strerror or error}", ACCEPTED) from error
        if not found:
            raise NothingYetError(f"{self._path} holds no log", ACCEPTED)
        if len(found) == 1:
            found = [replace(found[0], name="")]
        return sorted(found, key=lambda one: one.key)

    def _in_file(self) -> list[LogPlace]:
        return [
            self._place(one.run or self._path.name, [Part(one.run, one.opened)])
            for one in self._contents(self._path)
        ]

    def _in_folder(self) -> list[LogPlace]:
        found: list[LogPlace] = []
        for folder, files in self._folders():
            held = [one for path in files if _may_be_log(path) for one in self._held(path)]
            if events := self._events.held(folder, files):
                held.append(events)
            told = trainings(held, self._same_values)
            for one in joined(told) if self._once else told:
                of_folder = one.first.content.kind in ("series", "mlflow", "events")
                name = one.first.content.run or self._relative(folder if of_folder else one.first.path)
                if any(other.key == name for other in found):
                    name = f"{name} ({one.first.content.kind})"
                found.append(self._place(name, one.parts, one.notes))
        return found

    def _place(self, key: str, parts: Sequence[Part], notes: tuple[str, ...] = ()) -> LogPlace:
        return LogPlace(self._path, key, key, tuple(parts), notes)

    def _folders(self) -> Iterator[tuple[Path, list[Path]]]:
        """Folders with their files, those of our own runs left out."""
        seen = 0
        for place, folders, names in os.walk(self._path, onerror=self._refuse):
            here = Path(place)
            depth = len(here.relative_to(self._path).parts)
            folders[:] = sorted(
                name for name in folders if name not in _SKIPPED and name[0] != "." and depth < _DEEPEST
            )
            if "run.db" in names:
                folders.clear()
                continue
            seen += len(names)
            yield here, [here / name for name in sorted(names)]
            if seen > _MOST_FILES:
                return

    def _refuse(self, error: OSError) -> None:
        """Raise the error where nobody may look into the folder itself; those below are left out."""
        if isinstance(error, PermissionError) and str(error.filename) == str(self._path):
            raise error

    def _held(self, path: Path) -> list[Held]:
        """The logs in a file that tell of a training; none in what is no log."""
        with suppress(UsageError, OSError):
            return [
                Held(path, one, (Part(f"{path}{one.run}", one.opened),))
                for one in self._contents(path)
                if one.tells
            ]
        return []

    def _contents(self, path: Path) -> list[Content]:
        """What a file holds, looked at again where it is another, or grew and was no log yet."""
        with suppress(OSError):
            now = path.stat()
            number, size, found = self._seen.get(path, (0, -1, []))
            if number != now.st_ino or size > now.st_size or (not found and size != now.st_size):
                self._seen[path] = (now.st_ino, now.st_size, [])
                found = contents(path)
                self._seen[path] = (now.st_ino, now.st_size, found)
            elif found and found[0].kind == "trackio" and size != now.st_size:
                found = contents(path)
                self._seen[path] = (now.st_ino, now.st_size, found)
            return found
        return contents(path)

    def _relative(self, path: Path) -> str:
        """A path below the one that was asked for, without its ending."""
        told = path.relative_to(self._path).as_posix()
        return path.name if told == "." else told


def _may_be_log(path: Path) -> bool:
    """Whether a file among others is worth a look, by its name."""
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(_ENDS) or name in _NAMES or (FOLDER in path.parent.parts and not path.suffix)


def only_log(path: Path) -> LogPlace:
    """The log at a path that is read once. Raises UsageError where there is none, or more than one."""
    found = LogPlaces(path, once=True).find()
    if len(found) > 1:
        notes = [words for one in found for words in one.notes]
        told = [listed([one.name for one in found], most=10), *notes[:_MOST_NOTES]]
        more = len(notes) - _MOST_NOTES
        raise UsageError(
            f"{path} holds {len(found)} logs: {'; '.join(told)}{f'; and {more} more' if more > 0 else ''}",
            f"name one of them, or keep each as a run: latentop import {path}",
        )
    return found[0]
