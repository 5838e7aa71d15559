"""A run's folder is removed: what records into it ends, for nobody could list or stop it any more."""

import os
import shutil
import signal
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil

from latentop.engine.run.errors import StorageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.process.removal import Removal
from latentop.engine.run.store.reader import Reader
from tests.engine.external.test_follower import watching, written
from tests.support.real_runs import FEW_IMAGES, SMALL_GAN, facts, remove, training, wait_until

LONG = (*SMALL_GAN, *FEW_IMAGES, "steps=1000000")


def over(pid: int) -> bool:
    for process in launch.started():
        if process.pid == pid:
            process.poll()
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_worker_ends_and_who_watches_is_told(tmp_path: Path) -> None:
    with suppress(StorageError), training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 3)
        pid = facts(run).pid
        assert pid is not None
        with closing(Reader(run.database)) as watches:
            remove(run.path)
            try:
                wait_until(lambda: over(pid))
            finally:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            said = liveness.judge(watches.facts(), time.time())
    assert (said.name, said.detail, said.removed) == ("stopped", "its folder was removed", True)
    assert not run.path.exists(), "nothing of it comes back"


def test_a_folder_that_is_only_moved_was_not_removed(tmp_path: Path) -> None:
    run = launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), "")
    removal = Removal(run)
    run.path.rename(tmp_path / "elsewhere")
    assert not removal.noticed
    shutil.rmtree(tmp_path / "elsewhere")
    assert removal.noticed


def test_a_lock_that_somebody_has_removed_is_no_folder(tmp_path: Path) -> None:
    run = launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), "")
    removal = Removal(run)
    run.lock.unlink()
    assert not removal.noticed


def test_who_mirrors_a_log_ends(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    written(log, range(1, 50))
    with watching(tmp_path / "runs", log) as run:
        wait_until(lambda: facts(run).step == 49)
        pid = facts(run).pid
        assert pid is not None
        remove(run.path)
        try:
            wait_until(lambda: over(pid))
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
