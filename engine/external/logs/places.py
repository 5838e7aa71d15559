"""Where logs lie: a file, or a folder in which several trainings may have left theirs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.content import ACCEPTED, Content, NothingYetError, contents
from latentop.engine.external.logs.event_folders import EventFolders
from latentop.engine.external.logs.log_feed import LogFeed, Part
from latentop.engine.external.logs.near_names import listed
from latentop.engine.run.errors import UsageError

_ENDS = (".csv", ".tsv", ".txt", ".log", ".json", ".jsonl", ".out", ".db", ".sqlite", ".wandb")
_NAMES = ("log", "logs", "stdout")
_BEST = ("json", "series", "events", "trackio", "wandb", "table", "document", "text")
"""Of one folder's logs those of the best kind are read, of the kinds that may hold losses, if any may; what
others tell beside that is read, too."""
_SPLIT = ("json", "series", "table", "text")
"""Kinds of which one training may write several files, each with names of its own."""
_SKIPPED = frozenset({"checkpoints", "__pycache__", "node_modules", "site-packages"})
_MOST_FILES = 10_000
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A log of one training.

    ``key`` tells it from others below the same path, and stays; ``name`` is empty where it is the only one.
    ``parts`` are the files or folders that it is in; they may become more. ``left_out`` are files beside it
    that are taken for the same training told again.
    """

    path: Path
    key: str
    name: str
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()

    def open(self, wanted: ColumnsWanted) -> LogFeed:
        """Read it. Whoever has the feed closes it."""
        feed = LogFeed(f"{self.path} ({self.name})" if self.name else str(self.path), wanted)
        feed.extend(self.parts)
        if self.left_out:
            feed.note(f"not read, for it tells of the same training: {listed(self.left_out)}")
        return feed


@dataclass(frozen=True, slots=True)
class _Found:
    """A log of a folder: its key, its parts, and the files that are left out for it."""

    key: str
    parts: list[Part]
    left_out: tuple[str, ...] = ()


class LogPlaces:
    """Finds the logs at a path, and those that come there later."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[Path, tuple[int, int, list[Content]]] = {}
        """Of every file its number, its size when it was last looked at, and what it holds."""
        self._events = EventFolders(path)

    def find(self) -> list[LogPlace]:
        """The logs that are there now, in the order of their names.

        Raises NothingYetError where there may still be one, UsageError for a file that is no log.
        """
        try:
            found = list(self._in_folder() if self._path.is_dir() else self._in_file())
        except OSError as error:
            raise UsageError(f"{self._path} can't be read: {error.strerror or error}", ACCEPTED) from error
        if not found:
            raise NothingYetError(f"{self._path} holds no log", ACCEPTED)
        only = len(found) == 1
        return [
            LogPlace(self._path, one.key, "" if only else one.key, tuple(one.parts), one.left_out)
            for one in sorted(found, key=lambda one: one.key)
        ]

    def _in_file(self) -> Iterator[_Found]:
        for one in self._contents(self._path):
            yield _Found(one.run or self._path.name, [Part(one.run, one.opened)])

    def _in_folder(self) -> Iterator[_Found]:
        for folder, files in self._folders():
            events = self._events.parts(folder, files)
            held = [(path, one) for path in files if _may_be_log(path) for one in self._held(path)]
            with_losses = {one.kind for _, one in held if one.may_have_losses}
            kinds = {one.kind for _, one in held}
            if events:
                kinds.add("events")
                if not held or self._events.may_have_losses(folder, files):
                    with_losses.add("events")
            if not kinds:
                continue
            best = min(kinds, key=lambda kind: (kind not in with_losses, _BEST.index(kind)))
            groups = _trainings([(path, one) for path, one in held if one.kind == best])
            others = [(path, one) for path, one in held if one.kind != best]
            if len(groups) > 1:  # several trainings lie here, and these are more of them
                groups += _trainings(others)
                others = []
            elif groups:
                others = _rest(groups[0], others)
            left_out = tuple(dict.fromkeys(path.name for path, _ in others))
            if events and best == "events":
                yield _Found(self._relative(folder), events, left_out)
            for group in groups:
                parts = [Part(f"{path}{one.run}", one.opened) for path, one in group]
                # It keeps its name when more files of it come: that of the one with the losses.
                path, first = next(((path, one) for path, one in group if one.has_losses), group[0])
                name = first.run or self._relative(folder if first.kind == "series" else path)
                yield _Found(name, parts, left_out)

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

    def _held(self, path: Path) -> list[Content]:
        """What a file holds that tells of a training; nothing for what is no log."""
        with suppress(UsageError, OSError):
            return [one for one in self._contents(path) if one.tells]
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
    return name.endswith(_ENDS) or name in _NAMES


_Held = tuple[Path, Content]


def _trainings(held: Sequence[_Held]) -> list[list[_Held]]:
    """Files of one folder by training: series that come again are another training's."""
    groups: list[list[_Held]] = []
    for path, one in held:
        same = (group for group in groups if one.kind == group[0][1].kind in _SPLIT and _adds(one, group))
        group = next(same, None)
        if group is None:
            groups.append([(path, one)])
        else:
            group.append((path, one))
    return groups


def _rest(group: list[_Held], others: Sequence[_Held]) -> list[_Held]:
    """Put those of another kind to a training that tell what it does not; returns the others."""
    rest: list[_Held] = []
    for path, one in others:
        alike = one.epochs == group[0][1].epochs  # else their steps are not the same
        (group if alike and _adds(one, group) else rest).append((path, one))
    return rest


def _adds(one: Content, group: Sequence[_Held]) -> bool:
    """Whether a log tells only what those of a training do not; of two texts one has losses, at most."""
    known = frozenset[str]().union(*(other.series for _, other in group))
    twice = one.kind == "text" and one.has_losses and any(other.has_losses for _, other in group)
    return bool(one.names) and not one.series & known and not twice


def only_log(path: Path) -> LogPlace:
    """The log at a path that is read once. Raises UsageError where there is none, or more than one."""
    found = LogPlaces(path).find()
    if len(found) > 1:
        raise UsageError(
            f"{path} holds {len(found)} logs: {listed([one.name for one in found], most=10)}",
            "name one of them",
        )
    return found[0]
