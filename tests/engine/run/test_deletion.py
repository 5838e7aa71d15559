"""Deleting a run: all of it, nothing else, and never under a living worker."""

import os
import shutil
import time
from pathlib import Path

import pytest

from latentop.engine.run import deletion, folder
from latentop.engine.run.errors import StorageError, UsageError
from latentop.engine.run.folder import RunFolder
from tests.support.recorded_runs import alive, new_run


def test_a_run_goes_with_all_that_is_in_it_and_no_other(tmp_path: Path) -> None:
    gone, stays = new_run(tmp_path, seed=1, state="finished"), new_run(tmp_path, seed=2, state="finished")
    (gone.checkpoints / "step-000000100.pt").write_bytes(bytes(2_000_000))
    assert 2_000_000 < deletion.size(gone) < 2_200_000
    deletion.delete(tmp_path, gone)
    assert [path.name for path in tmp_path.iterdir()] == [stays.id]
    assert folder.every(tmp_path) == [stays]


@pytest.mark.parametrize("state", ["queued", "starting", "running", "paused", "stopping"])
def test_a_run_that_lives_is_not_deleted(tmp_path: Path, state: str) -> None:
    run = new_run(tmp_path, **alive(state))
    with pytest.raises(UsageError, match=f"{run.id} is {state}: a run that lives is not deleted") as told:
        deletion.delete(tmp_path, run)
    assert told.value.hint == f"stop it first: latentop stop {run.id} (--now: at once)"
    assert run.database.is_file()


def test_links_inside_of_a_run_are_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data").write_bytes(bytes(1_000_000))
    runs = tmp_path / "runs"
    run = new_run(runs, state="finished")
    (run.path / "folder").symlink_to(precious)
    (run.path / "file").symlink_to(precious / "data")
    assert deletion.size(run) < 500_000
    deletion.delete(runs, run)
    assert not run.path.exists()
    assert (precious / "data").stat().st_size == 1_000_000


def test_a_link_in_the_place_of_a_run_leads_nowhere(tmp_path: Path) -> None:
    elsewhere = new_run(tmp_path / "elsewhere", state="finished")
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / elsewhere.id).symlink_to(elsewhere.path)
    (linked,) = folder.every(runs)
    for run in (linked, elsewhere):
        with pytest.raises(UsageError, match="nothing is deleted there"):
            deletion.delete(runs, run)
    assert elsewhere.database.is_file()
    assert (runs / elsewhere.id).is_symlink()


def test_only_a_run_of_the_folder_itself_is_deleted(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    run = new_run(runs, state="finished")
    nested = RunFolder(run.path / "nested")
    shutil.copytree(run.path, nested.path)
    no_run = RunFolder(runs / "notes")
    no_run.path.mkdir()
    linked_database = RunFolder(runs / "linked")
    linked_database.path.mkdir()
    linked_database.database.symlink_to(run.database)
    for wrong in (nested, no_run, linked_database, RunFolder(runs), RunFolder(runs / run.id / "..")):
        with pytest.raises(UsageError, match="nothing is deleted there"):
            deletion.delete(runs, wrong)
        assert wrong.path.exists()


def test_the_folder_of_runs_may_itself_be_a_link(tmp_path: Path) -> None:
    new_run(tmp_path / "big-disk", state="finished")
    runs = tmp_path / "runs"
    runs.symlink_to(tmp_path / "big-disk")
    (run,) = folder.every(runs)
    deletion.delete(runs, run)
    assert folder.every(runs) == []
    assert runs.is_dir()


def test_a_damaged_run_is_deleted_once_nobody_writes_to_it(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    run.database.write_bytes(b"no database at all" * 100)
    with pytest.raises(UsageError, match=r"was written to \d+ s ago and can't be read"):
        deletion.delete(tmp_path, run)
    long_ago = time.time() - 60
    os.utime(run.database, (long_ago, long_ago))
    deletion.delete(tmp_path, run)
    assert not run.path.exists()


def test_what_could_not_be_deleted_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(tmp_path, state="finished")

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(StorageError, match=f"{run.id} can't be deleted: Permission denied") as told:
        deletion.delete(tmp_path, run)
    left = Path(told.value.hint.rpartition(": ")[2])
    assert (left / "run.db").is_file()
