"""A run's folder: ``runs/20261122-1405-dcgan-s42`` and what lies in it. Private to its user."""

import errno
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.labels import name_of
from latentop.engine.run.run_id import short_forms, slug

MINUTE = "%Y%m%d-%H%M"
_NUMBER = "-99"
"""What may have to follow the name of a run, so that it is the only one of its name."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths inside one run's folder."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, which is the run's."""
        return self.path.name

    @property
    def names(self) -> tuple[str, ...]:
        """What names it as a whole: its id, without the time (``dcgan-s42``), its preset (``dcgan``)."""
        return (self.id, *short_forms(self.id))

    @property
    def newest_checkpoint(self) -> int | None:
        """The step of the newest checkpoint, by the names of the files; None where there is none."""
        return max(self.checkpoint_steps, default=None)

    @property
    def checkpoint_steps(self) -> list[int]:
        """The steps of its checkpoints, ascending."""
        found = (re.fullmatch(r"step-(\d+)\.pt", path.name) for path in self.checkpoints.glob("step-*.pt"))
        return sorted(int(name[1]) for name in found if name)

    @property
    def database(self) -> Path:
        """``run.db``: points, frames, marks, alarms, commands."""
        return self.path / "run.db"

    @property
    def preset(self) -> Path:
        """``preset.toml``: the preset as resolved, overrides included."""
        return self.path / "preset.toml"

    @property
    def script(self) -> Path:
        """``command.txt``: of a script's own training, what started it."""
        return self.path / "command.txt"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def graft(self) -> Path:
        """``parent.pt``: of a fork that has not begun, the checkpoint that it begins with."""
        return self.path / "parent.pt"

    @property
    def files(self) -> Path:
        """``files.npz``: of a run on a folder of images, which files that held, and which are trained on."""
        return self.path / "files.npz"

    @property
    def lock(self) -> Path:
        """``worker.lock``: held by the process that writes the run."""
        return self.path / "worker.lock"

    @property
    def log(self) -> Path:
        """``worker.log``: what the worker wrote to its standard output and error."""
        return self.path / "worker.log"


def runs_folder(named: str | None) -> Path:
    """The folder of all runs: the one named, else ``$LATENTOP_RUNS``, else ``./runs``; absolute."""
    return place(named or os.environ.get("LATENTOP_RUNS") or "runs")


def is_path(name: str) -> bool:
    """Whether a name can only be a path: ``runs/mine``, ``.``"""
    return os.sep in name or name in (os.curdir, os.pardir)


def place(name: str) -> Path:
    """The absolute path that a person names from where they are. Raises UsageError for an unknown home."""
    try:
        return Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - `..` is no name of a run
    except RuntimeError as error:
        raise UsageError(f"{name}: nobody knows where that home is", "set HOME, or begin with /") from error


def create(
    runs: Path,
    preset: str,
    seed: int | None,
    resolved: str | None,
    code: Mapping[str, bytes] = MappingProxyType({}),
) -> RunFolder:
    """Make a new run's folder (0700) holding its resolved preset (0600), and the files in ``code`` by name.

    A script's own training has no preset, and no seed where it has chosen none.

    The name is sortable, readable and unique. Raises UsageError where the folder can't be written.
    """
    stem = f"{time.strftime(MINUTE)}-{preset}" + ("" if seed is None else f"-s{seed}")
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = RunFolder(_first_free(runs, stem, "~" if seed is None else "-"))
        folder.checkpoints.mkdir(mode=0o700)
        if resolved is not None:
            _write_private(folder.preset, resolved.encode())
        for name, content in code.items():
            _write_private(folder.path / name, content)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG and _bytes(preset) > (most := _longest(runs, stem, preset)):
            raise UsageError(
                f"the name of the preset file is too long: {preset}",
                f"rename it: at most {most} bytes before .toml or .py, since a run is named after it",
            ) from error
        raise UsageError(
            f"the runs folder {runs} can't be written: {error.strerror}",
            "name another one with --runs FOLDER or LATENTOP_RUNS",
        ) from error
    return folder


def find(runs: Path, name: str | None) -> RunFolder:
    """The run that a name means to somebody who wants to look. Raises UsageError where it means none."""
    return newest(matching(runs, name), name)


def matching(runs: Path, name: str | None) -> list[RunFolder]:
    """The runs that a name may mean, newest first; at least one.

    A path means the run that lies there. Another name means the run of that very id, else all that people
    call so, else all of that name without the time, else all of that preset or that a script calls so, else
    all whose id it is a part of, else all of whose given name it is. No name means every run.
    Raises UsageError where there is none.
    """
    if name and is_path(name):
        folder = RunFolder(place(name))
        if _holds_run(folder.path):
            return [folder]
        raise UsageError(f"no run in {folder.path}: it holds no run.db", "see: latentop ls")
    folders = every(runs)
    if not folders:
        raise UsageError(f"no runs in {runs}", "start one: latentop train dcgan")
    if not name:
        return folders
    if found := [folder for folder in folders if name == folder.id]:
        return found
    given = {folder: _given_name(folder) for folder in folders}
    ways: tuple[Callable[[RunFolder], bool], ...] = (
        lambda folder: name == given[folder],
        lambda folder: name in folder.names[1:2] and name not in folder.names[2:],
        lambda folder: name in folder.names[2:],
        lambda folder: slug(name) in folder.names[2:],
        lambda folder: name in folder.id,
        lambda folder: name in given[folder],
    )
    for means in ways:
        if found := [folder for folder in folders if means(folder)]:
            return found
    raise UsageError(f"no run named {name!r} in {runs}", f"the newest is {folders[0].id}; see: latentop ls")


def meant(runs: Path, name: str) -> list[RunFolder]:
    """All runs that a name may mean to somebody, whichever way is tried first: for what can't be undone.

    A whole id or a path means one run. Raises UsageError where there is none.
    """
    found = matching(runs, name)
    if is_path(name) or name == found[0].id:
        return found
    wide = [one for one in every(runs) if name in (*one.names, _given_name(one)) or slug(name) in one.names]
    return wide or found


def newest(found: list[RunFolder], name: str | None) -> RunFolder:
    """The newest of what matches a name; a part of a name must mean one run alone, else UsageError."""
    if len(found) > 1 and name and not {name, slug(name)} & {*found[0].names}:
        raise ambiguous(found, name)
    return found[0]


def ambiguous(found: list[RunFolder], name: str, are: str = "") -> UsageError:
    """The error that a name means several runs; ``are`` says what they have in common."""
    names = ", ".join(folder.id for folder in found[:4])
    more = ", …" if len(found) > 4 else ""
    return UsageError(f"{name!r} names {len(found)} runs{are}: {names}{more}", "give more of the name")


def every(runs: Path) -> list[RunFolder]:
    """All runs of a folder, newest first."""
    try:
        folders = [RunFolder(path) for path in runs.iterdir() if _holds_run(path)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(
            f"the runs folder {runs} can't be read: {error.strerror}",
            "name another one with --runs FOLDER or LATENTOP_RUNS",
        ) from error
    return sorted(folders, key=_begun, reverse=True)


def _given_name(folder: RunFolder) -> str:
    try:
        return name_of(folder.database)
    except LatentopError:
        return ""  # a damaged run is called nothing, and hides no other


def _holds_run(path: Path) -> bool:
    """Whether a run lies there that may be looked into: in a shared folder, others' runs are private."""
    try:
        return (path / "run.db").is_file()
    except OSError:
        return False


def _begun(folder: RunFolder) -> tuple[str, float, str]:
    """What orders runs by when they were made: the minute in the name, which no copy changes.

    Within a minute, or without one, the file tells that is written once at the start; then the name.
    """
    made = 0.0
    for path in (folder.preset, folder.script):
        with suppress(OSError):
            made = made or path.stat().st_mtime
    dated = len(folder.names) > 1
    minute = folder.id[: len("20261122-1405")] if dated else time.strftime(MINUTE, time.localtime(made))
    return minute, made, folder.id


def _first_free(runs: Path, stem: str, before: str) -> Path:
    """Make the first folder of that stem that does not exist yet: ``stem``, ``stem-2``, ``stem-3`` …

    No name that people give has the ``~`` that stands ``before`` the number where there is no seed.
    """
    number = 1
    while True:
        path = runs / (stem if number == 1 else f"{stem}{before}{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path


def _longest(runs: Path, stem: str, preset: str) -> int:
    """How many bytes the preset's part of a run's name may have in that folder."""
    try:
        most = os.pathconf(runs, "PC_NAME_MAX")
    except OSError:  # the path of the folder itself is too long: no name of a preset is to blame
        return _bytes(preset)
    return most - (_bytes(stem) - _bytes(preset)) - len(_NUMBER)


def _bytes(name: str) -> int:
    return len(os.fsencode(name))


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
