"""A run's folder: ``runs/20261122-1405-dcgan-s42`` and what lies in it. Private to its user."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from engine.run.errors import UsageError


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths inside one run's folder."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, which is the run's."""
        return self.path.name

    @property
    def database(self) -> Path:
        """``run.db``: points, frames, marks, alarms, commands."""
        return self.path / "run.db"

    @property
    def preset(self) -> Path:
        """``preset.toml``: the preset as resolved, overrides included."""
        return self.path / "preset.toml"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def log(self) -> Path:
        """``worker.log``: what the worker wrote to its standard output and error."""
        return self.path / "worker.log"


def runs_folder(named: str | None) -> Path:
    """The folder of all runs: the one named, else ``$LATENTOP_RUNS``, else ``./runs``; absolute."""
    return Path(named or os.environ.get("LATENTOP_RUNS") or "runs").expanduser().absolute()


def create(runs: Path, preset: str, seed: int, resolved: str) -> RunFolder:
    """Make a new run's folder (0700) holding its resolved preset (0600).

    The name is sortable, readable and unique. Raises UsageError where the folder can't be written.
    """
    stem = f"{time.strftime('%Y%m%d-%H%M')}-{preset}-s{seed}"
    try:
        runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = RunFolder(_first_free(runs, stem))
        folder.checkpoints.mkdir(mode=0o700)
        _write_private(folder.preset, resolved)
    except OSError as error:
        raise UsageError(
            f"the runs folder {runs} can't be written: {error.strerror}",
            "name another one with --runs FOLDER or LATENTOP_RUNS",
        ) from error
    return folder


def find(runs: Path, name: str | None) -> RunFolder:
    """The run of that name, part of a name, or path; the newest one where no name is given."""
    if name and os.sep in name:
        folder = RunFolder(Path(name).expanduser().absolute())
        if _holds_run(folder.path):
            return folder
        raise UsageError(f"no run in {folder.path}: it holds no run.db", "see: latentop ls")
    folders = every(runs)
    if not folders:
        raise UsageError(f"no runs in {runs}", "start one: latentop train dcgan")
    if not name:
        return folders[0]
    matching = [folder for folder in folders if folder.id == name] or [f for f in folders if name in f.id]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = ", ".join(folder.id for folder in matching[:4])
        raise UsageError(f"{name!r} names {len(matching)} runs: {names}", "give more of the name")
    raise UsageError(f"no run named {name!r} in {runs}", f"the newest is {folders[0].id}; see: latentop ls")


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
    return sorted(folders, key=lambda folder: _age(folder.database))


def _holds_run(path: Path) -> bool:
    """Whether a run lies there that may be looked into: in a shared folder, others' runs are private."""
    try:
        return (path / "run.db").is_file()
    except OSError:
        return False


def _age(path: Path) -> tuple[float, str]:
    """Newest first by when the folder was made (the preset is written once); then by name."""
    try:
        return -path.with_name("preset.toml").stat().st_mtime, path.parent.name
    except OSError:
        return 0.0, path.parent.name


def _first_free(runs: Path, stem: str) -> Path:
    """Make the first folder of that stem that does not exist yet: ``stem``, ``stem-2``, ``stem-3`` …"""
    number = 1
    while True:
        path = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return path


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
