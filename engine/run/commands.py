"""What a viewer asks of a worker, and what the worker answered: rows of the run's own database.

So control works from any terminal, after a reattach, and leaves a record of who asked what, when.
"""

import getpass
import json
import socket
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args

from engine.run import database, liveness
from engine.run.errors import UsageError
from engine.run.facts import read_facts
from engine.run.folder import RunFolder
from engine.run.trust import refuse_foreign

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

Name = Literal["pause", "resume", "stop", "checkpoint", "set", "undo", "rollback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command that waits for the worker."""

    id: int
    name: Name
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a command: ``asked`` (not seen yet), ``applied`` or ``refused``, and why."""

    state: str
    step: int | None
    text: str | None


def ask(folder: RunFolder, name: Name, arguments: Mapping[str, Any] | None = None) -> int:
    """Leave a command for the worker of a run and return its number.

    Raises UsageError at once where no worker is there to hear it, or the run is not one's own.
    """
    refuse_foreign(folder.path)
    connection = database.open_for_writing(folder.database)
    try:
        with database.told(folder.database):
            state = liveness.judge(read_facts(connection), time.time())
            if state.name == "crashed":  # or it has ended well between being read and being looked for
                state = liveness.judge(read_facts(connection), time.time())
            if not state.alive:
                hint = f"latentop {'show' if state.name == 'finished' else 'resume'} {folder.id}"
                raise UsageError(f"{folder.id} is {state.name}: {unheard(name)}", hint)
            cursor = connection.execute(
                "INSERT INTO commands (name, arguments, asked_by, asked_wall) VALUES (?, ?, ?, ?)",
                (name, json.dumps(dict(arguments or {})), _asker(), time.time()),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid
    finally:
        connection.close()


def answer(folder: RunFolder, command: int) -> Answer:
    """What became of a command."""
    connection = database.open_for_reading(folder.database)
    try:
        with database.told(folder.database):
            state, step, text = connection.execute(
                "SELECT state, applied_step, reply FROM commands WHERE id = ?", (command,)
            ).fetchone()
    finally:
        connection.close()
    return Answer(state=state, step=step, text=text)


class Inbox:
    """The worker's side: commands not seen yet, oldest first. Looking costs microseconds where none came."""

    def __init__(self, folder: RunFolder) -> None:
        self._path = folder.database
        self._connection: sqlite3.Connection = database.open_for_reading(folder.database)
        self._connection.execute("PRAGMA busy_timeout = 0")
        self._version = -1
        self._seen = 0

    def new(self) -> list[Asked]:
        """Commands asked since the last look; none while the file is locked: training does not wait for it.

        One of an unknown name, or with arguments that are none, is left out, and never answered.
        """
        with database.told(self._path):
            try:
                rows = self._unseen()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _LOCKED:
                    raise
                return []
        self._seen = max([self._seen, *(row[0] for row in rows)])
        return [asked for row in rows if (asked := _asked(*row)) is not None]

    def _unseen(self) -> list[tuple[int, Any, str]]:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return []
        rows = self._connection.execute(
            "SELECT id, name, arguments FROM commands WHERE state = 'asked' AND id > ? ORDER BY id",
            (self._seen,),
        ).fetchall()
        self._version = version
        return rows

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _asked(number: int, name: Any, arguments: str) -> Asked | None:
    with suppress(ValueError, TypeError):
        given = json.loads(arguments)
        if name in get_args(Name) and isinstance(given, dict):
            return Asked(id=number, name=name, arguments=given)
    return None


def unheard(name: Name) -> str:
    """That no worker is there to carry a command out."""
    return f"nobody is there to {'roll it back' if name == 'rollback' else f'{name} it'}"


def _asker() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        return f"somebody@{socket.gethostname()}"
