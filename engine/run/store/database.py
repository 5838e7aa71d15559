"""Opening ``run.db``: created, checked, and every SQLite error told as what happened and what to do."""

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from latentop.engine.run.errors import StorageError
from latentop.engine.run.process import file_system

SCHEMA_VERSION = 1
APPLICATION_ID = 0x6C746F70  # "ltop": tells our files from other databases
BUSY_SECONDS = 10.0
LONGEST_VALUE = 128 * 2**20
LOG_BYTES = 16 * 2**20
"""The write-ahead log shrinks to that after somebody who read for long kept it growing."""
FOLD_SECONDS, LAST_SECONDS = 1.0, 10.0
"""So long a writer that ends waits for those who read at that moment, and the last one of a training."""

_OURS = (sqlite3.ProgrammingError, sqlite3.InterfaceError)
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


def create(path: Path) -> None:
    """Make an empty run database (0600). Raises StorageError where it can't be written."""
    with told(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = _connect(path, "rwc")
        try:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # thinning gives pages back
            connection.execute(f"PRAGMA journal_mode = {'TRUNCATE' if file_system.remote(path) else 'WAL'}")
            connection.executescript(
                "BEGIN;"
                + Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
                + f"PRAGMA application_id = {APPLICATION_ID};"
                + f"PRAGMA user_version = {SCHEMA_VERSION};"
                + "COMMIT;"
            )
        finally:
            connection.close()


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection that writes. Raises StorageError for what is no run, or a newer version's."""
    with told(path):
        connection = _checked(path, "rw")
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            # Checkpoints survive a power loss: training must not go on from beyond a record that did not.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        else:  # to delete the journal at every write is slow where folders lie far away
            connection.execute("PRAGMA journal_mode = TRUNCATE")
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also from a folder that nobody may write to. Raises as above."""
    with told(path):
        try:
            return _checked(path, "ro")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _UNWRITABLE:
                raise
            if _cut_off(path):
                _refuse_foreign_journal(path)
                _checked(path, "rw").close()  # which takes back what a writer that died had begun
                return _checked(path, "ro")
            if _logged(path):
                _checked(path, "rw").close()  # which reads anew what a writer that died has logged
                return _checked(path, "ro")
            # WAL wants to make files beside the database; on a read-only copy the main file is all there is.
            return _checked(path, "ro", "&immutable=1")


def fold_and_close(connection: sqlite3.Connection, *, seconds: float | None = None) -> None:
    """Close a connection that wrote, so that ``run.db`` alone holds the run, also while others have it open.

    It waits ``seconds``, by default FOLD_SECONDS, for what is read at that very moment, and nobody writes
    meanwhile. What is read for longer, or has no room there, stays in the write-ahead log beside it.
    """
    patience = FOLD_SECONDS if seconds is None else seconds
    with suppress(sqlite3.Error):
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * patience)}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors inside the block into StorageError.

    Those that no disk is to blame for, such as a value of a type that SQLite has not, stay what they are.
    """
    try:
        yield
    except _OURS:
        raise
    except (sqlite3.Error, OSError) as error:
        raise _explain(path, error) from error


@contextmanager
def legible(path: Path) -> Iterator[None]:
    """Turn what is damaged inside a readable file into StorageError, and SQLite's errors as ``told`` does."""
    try:
        with told(path):
            yield
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, zlib.error) as error:
        raise StorageError(
            f"{path} holds damaged data: {error}", "restore it from a copy, or train anew"
        ) from error


@contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Iterator[None]:
    """All of the block, or nothing of it."""
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _cut_off(path: Path) -> bool:
    """Whether a rollback journal lies there, without which the file may be half of an earlier moment."""
    journal = path.with_name(f"{path.name}-journal")
    return journal.exists() and journal.stat().st_size > 0


def _logged(path: Path) -> bool:
    """Whether a write-ahead log of our own lies there, without which the file is of an earlier moment."""
    log = path.with_name(f"{path.name}-wal")
    mine = log.exists() and log.stat().st_size > 0 and path.stat().st_uid == os.geteuid()
    return mine and os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _refuse_foreign_journal(path: Path) -> None:
    """What somebody else has begun is theirs to take back: a journal may name any file to be deleted."""
    if path.stat().st_uid != os.geteuid():
        raise StorageError(
            f"{path} was left half written by a worker of its owner", "let its owner open it once"
        )


def _checked(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    """A connection to a run of ours; closed again where it is none."""
    connection = _connect(path, mode, more)
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}{more}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (others,) = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE '%virtual%'"
    ).fetchone()
    if application != APPLICATION_ID:
        raise StorageError(f"{path} is a database, but not of a latentop run", "name a run: latentop ls")
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"{path} was written by a newer latentop (schema {version}, this one reads {SCHEMA_VERSION})",
            "upgrade latentop on this machine",
        )
    if others:  # a view may never end, a trigger act where somebody else writes
        raise StorageError(f"{path} holds more than a run's tables: it is not opened", "name another run")


def _explain(path: Path, error: sqlite3.Error | OSError) -> StorageError:
    # What the system says names the path as well, which may hold any word.
    text = str(error.strerror if isinstance(error, OSError) else error).lower()
    if "full" in text or "no space" in text or "quota" in text:
        return StorageError(f"no space left for {path}", f"free some space on the disk of {path.parent}")
    if "disk i/o error" in text or "too large" in text:
        return StorageError(f"{path} can't be written: {error}", "check the disk's space, quota and health")
    if "not a database" in text or "malformed" in text:
        return StorageError(
            f"{path} is no database, or a damaged one", "restore it from a copy, or train anew"
        )
    if "locked" in text or "busy" in text:
        return StorageError(f"{path} is locked by another program", "close what holds it and try again")
    if isinstance(error, FileNotFoundError) or "unable to open" in text:
        return StorageError(f"{path} can't be opened", "see: latentop ls")
    if isinstance(error, FileExistsError):
        return StorageError(f"{path} exists already", "name another run")
    if isinstance(error, PermissionError) or "readonly" in text or "read-only" in text:
        return StorageError(f"{path} can't be written: permission denied", "ask its owner, or copy the run")
    return StorageError(f"{path}: {error}", "check the disk, then: latentop doctor")
