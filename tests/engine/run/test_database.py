"""Opening a run's database: private, readable from anywhere; what is none is told in a line and a hint."""

import os
import shutil
import sqlite3
import tempfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer

import numpy as np
import psutil
import pytest

from latentop.engine.run import labels
from latentop.engine.run.errors import StorageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store import database
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import Store, leave
from tests.support.real_runs import alone, everything, folded

NOBODY = 65534
Mount = namedtuple("Mount", "mountpoint fstype")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run of some thousand steps, closed."""
    run = launch.new(tmp_path / "runs", RunFacts(preset="dcgan", seed=42), "")
    store = Store(run.database)
    steps = np.arange(1, 4001)
    store.write({"loss/generator": from_values(steps, steps / 8, np.sin(steps))}, [])
    store.close()
    return run


def looked_at(path: Path) -> None:
    """Open and read a run as a viewer does."""
    reader = Reader(path)
    try:
        reader.poll()
    finally:
        reader.close()


def opened(path: Path) -> None:
    """Open a run as a worker does."""
    Store(path).close()


def assert_told(path: Path, *words: str, use: Callable[[Path], None] = looked_at) -> None:
    with pytest.raises(StorageError) as told:
        use(path)
    for word in (str(path), *words):
        assert word in told.value.message
    assert len(told.value.message.splitlines()) == 1
    assert len(told.value.hint.splitlines()) == 1


@contextmanager
def without_privileges(*paths: Path) -> Iterator[None]:
    """Own the paths, and be nobody who may pass over their modes: tests may run as root."""
    if os.geteuid() != 0:
        yield
        return
    for path in paths:
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_a_run_holds_is_private_while_it_is_written_and_after(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        run = launch.new(tmp_path / "runs", RunFacts(preset="dcgan", seed=42), "")
        store = Store(run.database)
        store.write({}, [])
        modes = {path.name: path.stat().st_mode & 0o777 for path in run.path.iterdir() if path.is_file()}
        store.close()
    finally:
        os.umask(before)
    assert modes.keys() >= {"run.db", "run.db-wal", "preset.toml"}
    assert set(modes.values()) == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (run.path.parent, run.path)} == {0o700}


def test_the_file_alone_holds_all_once_its_writer_has_ended_whoever_reads(run: RunFolder) -> None:
    with closing(Reader(run.database)) as viewer:
        viewer.poll()
        store = Store(run.database)
        store.write({"loss/generator": from_values(np.array([4001]), np.array([1.0]), np.array([7.0]))}, [])
        store.close()
        assert alone(run).bins["loss/generator"].last[-1] == 7.0
        labels.rename(run.database, "mine")
        assert alone(run).facts.name == "mine"
        new = viewer.poll()
        assert new is not None
        assert (new.bins["loss/generator"].last[-1], new.facts.name) == (7.0, "mine")


def test_who_reads_at_the_end_keeps_what_it_reads_and_loses_nothing(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "FOLD_SECONDS", 0.01)
    with closing(sqlite3.connect(run.database, isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT max(step) FROM points").fetchone() == (4000,)
        store = Store(run.database)
        store.write({"loss/generator": from_values(np.array([4001]), np.array([1.0]), np.array([7.0]))}, [])
        store.close()
        assert other.execute("SELECT max(step) FROM points").fetchone() == (4000,)
    assert everything(run).bins["loss/generator"].last[-1] == 7.0


def test_the_last_writer_has_patience_with_who_reads(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "FOLD_SECONDS", 0.01)
    with closing(Reader(run.database)) as viewer:
        viewer.poll()
        other = sqlite3.connect(run.database, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN")
        assert other.execute("SELECT max(step) FROM points").fetchone() == (4000,)
        labels.rename(run.database, "mine")
        assert not folded(run)
        reads = Timer(0.5, other.close)
        reads.start()
        leave(run.database)
        reads.join()
        assert folded(run)


@pytest.mark.parametrize("use", [looked_at, opened])
def test_what_is_no_database_is_told(tmp_path: Path, use: Callable[[Path], None]) -> None:
    path = tmp_path / "run.db"
    assert_told(path, "can't be opened", use=use)
    path.write_bytes(b"epoch,loss\n" * 1000)
    assert_told(path, "is no database", use=use)
    path.write_bytes(b"")
    assert_told(path, "not of a latentop run", use=use)
    path.unlink()
    path.mkdir()
    assert_told(path, use=use)


@pytest.mark.parametrize("use", [looked_at, opened])
def test_another_programs_database_is_left_alone(tmp_path: Path, use: Callable[[Path], None]) -> None:
    path = tmp_path / "run.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE points (series INTEGER)")
    content = path.read_bytes()
    assert_told(path, "not of a latentop run", use=use)
    assert path.read_bytes() == content


@pytest.mark.parametrize("share", [0.002, 0.1, 0.5, 0.9])
def test_a_truncated_database_is_told(run: RunFolder, share: float) -> None:
    content = run.database.read_bytes()
    run.database.write_bytes(content[: int(len(content) * share)])
    assert_told(run.database, "is no database, or a damaged one")


@pytest.mark.parametrize("use", [looked_at, opened])
def test_a_newer_version_is_told_with_what_to_do(run: RunFolder, use: Callable[[Path], None]) -> None:
    with closing(sqlite3.connect(run.database)) as connection:
        connection.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    assert_told(run.database, "newer latentop", "schema 2, this one reads 1", use=use)
    with pytest.raises(StorageError) as told:
        use(run.database)
    assert "upgrade latentop" in told.value.hint


def test_a_run_is_made_once(run: RunFolder) -> None:
    assert_told(run.database, "exists already", use=database.create)
    assert everything(run).bins["loss/generator"].n.sum() == 4000


def test_words_in_a_path_are_not_taken_for_what_went_wrong(tmp_path: Path) -> None:
    path = tmp_path / "full quota, locked and readonly" / "run.db"
    assert_told(path, "can't be opened", use=database.create)
    assert_told(path, "can't be opened")


@pytest.mark.parametrize("name", ["with space", "100 %", "what?", "a#b", "ünïcode"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    run = launch.new(tmp_path / name, RunFacts(preset="dcgan", seed=42), "")
    assert everything(run).facts.preset == "dcgan"


@pytest.mark.parametrize("training", [False, True])
def test_a_read_only_copy_opens(run: RunFolder, training: bool) -> None:
    """One that was taken after training, and one that was taken in the middle of it."""
    shelf = Path(tempfile.mkdtemp())
    shelf.chmod(0o755)
    store = Store(run.database)
    one = from_values(np.array([4001]), np.ones(1), np.ones(1))
    try:
        store.write({"loss/generator": one}, [])
        if not training:
            store.close()
        copy = RunFolder(Path(shutil.copytree(run.path, shelf / "copy")))
        looked_at(run.database)  # what is imported late is imported now, before privileges go
        files = [path for path in copy.path.iterdir() if path.is_file()]
        for path in files:
            path.chmod(0o400)
        copy.path.chmod(0o500)
        with without_privileges(copy.path, *files):
            assert everything(copy).bins["loss/generator"].n.sum() == 4001
            with pytest.raises(StorageError, match="can't be"):
                Store(copy.database).write({"score/real": one}, [])
    finally:
        store.close()
        copy.path.chmod(0o700)
        shutil.rmtree(shelf)


def test_a_locked_database_is_told_and_never_read_as_if_nobody_wrote(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(run.database, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = TRUNCATE")
        other.execute("BEGIN EXCLUSIVE")
        assert_told(run.database, "is locked by another program")
        assert_told(run.database, "is locked by another program", use=opened)
    looked_at(run.database)


@pytest.mark.parametrize(
    ("mounts", "mode"),
    [
        ([("/", "overlay")], "wal"),
        ([("/", "ext4"), ("{tmp}", "nfs4")], "delete"),
        ([("{tmp}", "nfs4"), ("/", "ext4")], "delete"),
        ([("/", "nfs"), ("{tmp}", "tmpfs")], "wal"),
        ([("/", "ext4"), ("{tmp}", "autofs"), ("{tmp}", "nfs4")], "delete"),
        ([("/", "ext4"), ("{tmp}-other", "nfs4")], "wal"),
        ([], "wal"),
    ],
)
def test_the_journal_is_one_that_works_on_that_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: list[tuple[str, str]], mode: str
) -> None:
    """Named by its own path, and through a link from somewhere else."""
    here = tmp_path / "mounted"
    here.mkdir()
    (tmp_path / "link").symlink_to(here)
    told = [Mount(place.format(tmp=here), kind) for place, kind in mounts]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: told)
    for folder in (here, tmp_path / "link"):
        run = launch.new(folder, RunFacts(preset="dcgan", seed=42), "")
        with closing(sqlite3.connect(run.database)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)
        assert everything(run).facts.preset == "dcgan"
