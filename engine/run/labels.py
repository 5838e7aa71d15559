"""A run's display name and note: what people call it. Its folder and id stay as they are."""

import json
import os
import unicodedata
from pathlib import Path

from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.run_id import short_forms, slug
from latentop.engine.run.store import database
from latentop.engine.run.store.writer import set_facts

LONGEST_NAME = 60
LONGEST_NOTE = 240


def rename(path: Path, name: str) -> str:
    """Give the run of this database a display name, and return it; an empty one takes the name away.

    Raises UsageError for a text that can't be one or that names another run of its folder already,
    StorageError where the run can't be written.
    """
    name = _one_line(name, "name", LONGEST_NAME)
    if "/" in name:
        raise UsageError(f"the name {name!r} holds a /, as paths do", "accepted: a name without /")
    if name in (os.curdir, os.pardir):
        raise UsageError(f"the name {name!r} means a folder", "accepted: any other name")
    if name and (other := _known_by(path.parent, name)):
        raise UsageError(f"{name!r} names another run: {other}", "accepted: a name that no run has yet")
    _set(path, "name", name)
    return name


def annotate(path: Path, note: str) -> str:
    """Give the run of this database a note, and return it; empty: take it away. Raises as above."""
    note = _one_line(note, "note", LONGEST_NOTE)
    _set(path, "note", note)
    return note


def name_of(path: Path) -> str:
    """The display name of the run of this database alone; empty where it has none. Raises StorageError."""
    connection = database.open_for_reading(path)
    try:
        with database.legible(path):
            row = connection.execute("SELECT value FROM run WHERE key = 'name'").fetchone()
            return str(json.loads(row[0])) if row else ""
    finally:
        connection.close()


def _one_line(text: str, what: str, longest: int) -> str:
    """The text without spare space. Raises UsageError where it is too long, or not to be printed."""
    text = unicodedata.normalize("NFC", text).strip()
    if not text.isprintable():
        raise UsageError(
            f"the {what} {text!r} is not to be printed", "accepted: printable characters, on one line"
        )
    if len(text) > longest:
        raise UsageError(
            f"the {what} has {len(text)} characters", f"accepted: at most {longest}; the shorter, the better"
        )
    return text


def _known_by(run: Path, name: str) -> str:
    """The newest other run in the same folder that this name finds, by its id; empty where there is none.

    It finds a run by its id, by a short form of that, or by its display name.
    """
    for path in sorted(run.parent.glob("*/run.db"), reverse=True):
        forms = {path.parent.name, *short_forms(path.parent.name)}
        if path.parent != run and ({name, slug(name)} & forms or name == _legible_name(path)):
            return path.parent.name
    return ""


def _legible_name(path: Path) -> str:
    try:
        return name_of(path)
    except LatentopError:
        return ""  # a damaged run is called nothing, and is no reason to refuse


def _set(path: Path, key: str, value: str) -> None:
    refuse_foreign(path.parent)
    connection = database.open_for_writing(path)
    try:
        with database.told(path), database.transaction(connection):
            set_facts(connection, {key: value})
    finally:
        database.fold_and_close(connection, seconds=0)  # a worker that writes it waits for nobody who reads
