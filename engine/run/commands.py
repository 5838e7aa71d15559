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

from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.facts import RunFacts, read_facts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.store import database

Name = Literal["pause", "resume", "stop", "checkpoint", "set", "undo", "rollback"]
_CAN_NOT: Mapping[str, str] = {
    "resume": "go on",
    "checkpoint": "write a checkpoint",
    "set": "change a setting",
    "undo": "undo a change",
    "rollback": "go back",
    "fork": "be forked",
}
"""What a run can't do that is unable to obey a command, where that is said in other words."""


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

    Raises UsageError at once where no worker is there to hear it, the run is unable to obey it, or is not
    one's own.
    """
    refuse_foreign(folder.path)
    connection = database.open_for_writing(folder.database)
    try:
        # In one transaction: a worker that ends says so before it or after it, and then finds the command.
        with database.told(folder.database), database.transaction(connection):
            facts = read_facts(connection)
            state = liveness.judge(facts, time.time())
            if state.name == "crashed":  # or it has ended well between being read and being looked for
                state = liveness.judge(read_facts(connection), time.time())
            if not state.alive:
                hint = f"latentop {'show' if state.name == 'finished' else 'resume'} {folder.id}"
                raise UsageError(f"{folder.id} is {state.name}: {unheard(name)}", hint)
            refuse_unable(folder, facts, name)
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
        """Commands asked since the last look; none while the file can't be read: training does not wait.

        The next look tries again; of trouble that lasts, whoever writes the file tells. A command of an
        unknown name, or with arguments that are none, is left out, and never answered.
        """
        try:
            with database.told(self._path):
                rows = self._unseen()
        except StorageError:
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


def inability(facts: RunFacts, name: str) -> str:
    """That, and why, a run is unable to obey a command: ``can't go back: …``; empty where it is able."""
    reason = facts.unable.get(name)
    return f"can't {_CAN_NOT.get(name, name)}: {reason}" if reason else ""


def refuse_unable(folder: RunFolder, facts: RunFacts, name: str) -> None:
    """Raise UsageError where the run is unable to obey a command."""
    if why := inability(facts, name):
        raise UsageError(f"{folder.id} {why}", f"see what it can do: latentop show {folder.id}")


def unheard(name: Name) -> str:
    """That no worker is there to carry a command out."""
    return f"nobody is there to {'roll it back' if name == 'rollback' else f'{name} it'}"


def _asker() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        return f"somebody@{socket.gethostname()}"
