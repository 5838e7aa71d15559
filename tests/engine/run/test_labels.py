"""Names and notes of runs: what is accepted, what is kept, and what they are good for on the command line."""

import sqlite3
from pathlib import Path
from threading import Timer

import pytest

from latentop.engine.run import folder, labels
from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.store import database
from latentop.engine.run.store.writer import Store
from tests.support.real_runs import facts, folded
from tests.support.recorded_runs import EVIL, alive, new_run, write


def test_a_name_and_a_note_are_kept_beside_what_the_worker_says(tmp_path: Path) -> None:
    run = new_run(tmp_path, **alive())
    worker = Store(run.database)
    labels.rename(run.database, "  first try ")
    labels.annotate(run.database, "lr too high?")
    worker.close()
    write(run, facts={"step": 299, "verdict": "healthy"})
    known = facts(run)
    assert (known.name, known.note, known.step) == ("first try", "lr too high?", 299)
    assert run.path.name == run.id


def test_a_name_has_no_worker_wait_for_who_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes while a log is folded; what somebody reads is left to the worker."""
    monkeypatch.setattr(database, "FOLD_SECONDS", 10.0)
    run = new_run(tmp_path, **alive())
    other = sqlite3.connect(run.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM points").fetchone()
    reads = Timer(2, other.close)
    reads.start()
    labels.rename(run.database, "mine")
    assert not folded(run)
    reads.cancel()
    reads.join()
    other.close()
    assert facts(run).name == "mine"


def test_an_empty_text_takes_name_and_note_away(tmp_path: Path) -> None:
    run = new_run(tmp_path, name="first", note="something")
    labels.rename(run.database, " ")
    labels.annotate(run.database, "")
    assert (facts(run).name, facts(run).note) == ("", "")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a\nb", "not to be printed"),
        (EVIL, "not to be printed"),
        ("runs/mine", "holds a /"),
        ("..", "means a folder"),
        ("x" * 61, "61 characters"),
    ],
)
def test_a_name_that_cannot_be_one_changes_nothing(tmp_path: Path, name: str, why: str) -> None:
    run = new_run(tmp_path, name="before")
    with pytest.raises(UsageError, match=why) as told:
        labels.rename(run.database, name)
    assert told.value.hint.startswith("accepted: ")
    assert facts(run).name == "before"


def test_a_run_that_cannot_be_written_says_so_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(tmp_path)
    # A connection that only reads answers as the file of somebody else does; permissions don't bind root.
    monkeypatch.setattr(database, "open_for_writing", database.open_for_reading)
    with pytest.raises(StorageError, match="can't be written: permission denied"):
        labels.rename(run.database, "mine")


def test_a_run_is_found_by_its_name_or_a_part_of_it(tmp_path: Path) -> None:
    first, second = new_run(tmp_path, seed=1), new_run(tmp_path, seed=2)
    labels.rename(first.database, "the good one")
    assert folder.find(tmp_path, "the good one") == folder.find(tmp_path, "good one") == first
    write(first, facts={"name": second.id})
    assert folder.find(tmp_path, second.id) == second


@pytest.mark.parametrize("name", ["dcgan", "dcgan-s2", "s2", "2"])
def test_a_name_that_somebody_gave_means_that_run_and_no_other(tmp_path: Path, name: str) -> None:
    first = new_run(tmp_path, seed=1)
    labels.rename(first.database, name)
    new_run(tmp_path, seed=2)
    assert folder.matching(tmp_path, name) == [first]


def test_a_name_or_an_id_of_another_run_is_refused(tmp_path: Path) -> None:
    first, second = new_run(tmp_path, seed=1), new_run(tmp_path, seed=2, name="twin")
    for taken in ("twin", second.id):
        with pytest.raises(UsageError, match=f"'{taken}' names another run: {second.id}"):
            labels.rename(first.database, taken)
    assert facts(first).name == ""
    labels.rename(second.database, "twin")
    labels.rename(first.database, "the other one")


@pytest.mark.parametrize("name", ["dcgan-s2", "dcgan", "wgan gp", "wgan-gp"])
def test_a_name_that_another_run_is_found_by_is_refused(tmp_path: Path, name: str) -> None:
    first = new_run(tmp_path, preset="ring", seed=1)
    new_run(tmp_path, seed=2)
    new_run(tmp_path, preset="wgan-gp")
    with pytest.raises(UsageError, match=f"'{name}' names another run: 2"):
        labels.rename(first.database, name)
    assert facts(first).name == ""


def test_a_run_may_be_called_by_what_finds_it_alone(tmp_path: Path) -> None:
    first = new_run(tmp_path, preset="ring", seed=1)
    new_run(tmp_path, seed=2)
    assert [labels.rename(first.database, name) for name in ("ring-s1", "ring")] == ["ring-s1", "ring"]


def test_a_name_that_two_runs_share_is_ambiguous(tmp_path: Path) -> None:
    for seed in (1, 2):
        new_run(tmp_path, seed=seed, name="twin")
    with pytest.raises(UsageError, match="'twin' names 2 runs"):
        folder.find(tmp_path, "twin")


def test_a_damaged_run_hides_no_name(tmp_path: Path) -> None:
    good, bad = new_run(tmp_path, seed=1, name="good"), new_run(tmp_path, seed=2)
    bad.database.write_bytes(b"no database at all" * 100)
    assert folder.find(tmp_path, "good") == good


def test_no_database_is_read_for_a_whole_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(tmp_path)

    def unread(_: Path) -> str:
        raise AssertionError("looked into a database")

    monkeypatch.setattr(folder, "name_of", unread)
    assert folder.find(tmp_path, run.id) == run
