"""Deleting runs: only what is a run's folder inside the folder of runs, and never under a living worker."""

import fnmatch
import os
import shutil
import time
from pathlib import Path

from latentop.engine.run.errors import LatentopError, StorageError, UsageError
from latentop.engine.run.facts import read_facts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import SILENT_SECONDS, judge
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.store import database

GOING = ".deleted-{id}"
"""What a folder is called while it goes: the list never shows half a run."""


def size(run: RunFolder, called: str = "*") -> int:
    """Bytes of all in the run's folder, or of what is called so; links count as themselves."""
    total = 0
    for place, _, names in os.walk(run.path):
        for name in fnmatch.filter(names, called):
            try:
                total += Path(place, name).lstat().st_size
            except OSError:
                continue  # a worker replaces files of its own while they are counted
    return total


def refusal(runs: Path, run: RunFolder) -> UsageError | None:
    """Why the run may not be deleted, and what to do; None where it may."""
    if not _inside(runs, run):
        return UsageError(
            f"{run.path} is no folder of its own in {runs}: nothing is deleted there",
            "name a run of the runs folder: latentop ls",
        )
    try:
        refuse_foreign(run.path, links=False)
    except UsageError as error:
        return error
    try:
        connection = database.open_for_reading(run.database)
        try:
            with database.legible(run.database):
                state = judge(read_facts(connection), time.time())
        finally:
            connection.close()
    except LatentopError as error:
        # What can't be read can't say that it lives, but a living worker writes every few seconds.
        silent = time.time() - _written(run)
        if silent <= SILENT_SECONDS:
            return UsageError(
                f"{run.id} was written to {max(silent, 0):.0f} s ago and can't be read: {error.message}",
                "make sure that nobody trains it, and try again",
            )
        return None
    if state.alive:
        return UsageError(
            f"{run.id} is {state.name}: a run that lives is not deleted",
            f"stop it first: latentop stop {run.id} (--now: at once)",
        )
    return None


def delete(runs: Path, run: RunFolder) -> None:
    """Delete the run's folder with all that is in it. What links inside of it point to stays.

    Raises UsageError where it may not be deleted, StorageError where it can't be.
    """
    if wrong := refusal(runs, run):
        raise wrong
    going = run.path.with_name(GOING.format(id=run.id))
    try:
        run.path.rename(going)
        shutil.rmtree(going)
    except OSError as error:
        left = going if going.exists() else run.path
        raise StorageError(
            f"{run.id} can't be deleted: {error.strerror}", f"delete what is left by hand: {left}"
        ) from error


def _inside(runs: Path, run: RunFolder) -> bool:
    """Whether it is a folder, no link, directly in the folder of runs, with a database that is no link."""
    try:
        return (
            run.path.parent.resolve(strict=True) == runs.resolve(strict=True)
            and run.path.name not in ("", ".", "..")
            and not run.path.is_symlink()
            and run.path.is_dir()
            and not run.database.is_symlink()
            and run.database.is_file()
        )
    except OSError:
        return False


def _written(run: RunFolder) -> float:
    """When the database or its log was last written, in seconds since the epoch; 0 where neither is there."""
    newest = 0.0
    for path in (run.database, run.database.with_name("run.db-wal")):
        try:
            newest = max(newest, path.stat().st_mtime)
        except OSError:
            continue
    return newest
