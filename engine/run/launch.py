"""Make a run and start its worker: a process in its own session, which no hang-up reaches; never a fork."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import IO

from engine.run import database, folder
from engine.run.events import Facts
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.store import Store
from engine.run.trust import refuse_foreign

# -P: the folder a person starts from may hold an engine.py of their own.
_WORKER = (sys.executable, "-P", "-m", "engine.worker")
_QUEUE = (sys.executable, "-P", "-m", "engine.run.queue")
# Threads of OpenMP that spin while they wait take the core that others would finish on: on a machine that is
# busy elsewhere, training was up to six times slower for it.
_POLITE = {"OMP_WAIT_POLICY": "PASSIVE"}
_started: list[subprocess.Popen[bytes]] = []


def new(
    runs: Path,
    facts: RunFacts,
    preset: str,
    code: Mapping[str, bytes] = MappingProxyType({}),
    *,
    queued: bool = False,
) -> RunFolder:
    """Make a run's folder with its resolved preset (TOML) and a database that holds what is known so far.

    ``code``: the files with networks of the preset's own, by name. A ``queued`` run waits its turn.

    Raises UsageError or StorageError where the folder can't be written.
    """
    made = folder.create(runs, facts.preset, facts.seed, preset, code)
    database.create(made.database)
    store = Store(made.database)
    try:
        state = "queued" if queued else "starting"
        store.write({}, [Facts(values={**asdict(facts), "state": state, "created": time.time()})])
    finally:
        store.close()
    return made


def start(run: RunFolder, *, resume: bool = False) -> subprocess.Popen[bytes]:
    """Start a worker on a run; what it prints goes to ``worker.log``.

    To ``resume`` a run that left no checkpoint, because it never began, is to begin it.

    Raises UsageError for a run that is not one's own.
    """
    refuse_foreign(run.path)
    resumed = resume and run.newest_checkpoint is not None
    command = [*_WORKER, str(run.path), *(["--resume"] if resumed else [])]
    with _append_private(run.log) as log:
        return _spawn(command, subprocess.DEVNULL, log)


def queue(runs: Sequence[RunFolder], jobs: int) -> subprocess.Popen[bytes]:
    """Start the process that trains queued runs in turn, ``jobs`` at a time; it prints to ``queue.log``."""
    command = [*_QUEUE, "--jobs", str(jobs), *(str(run.path) for run in runs)]
    share = {"OMP_NUM_THREADS": str(threads(jobs))} if jobs > 1 else {}
    with _append_private(runs[0].path / "queue.log") as log:
        return _spawn(command, subprocess.DEVNULL, log, share)


def threads(jobs: int) -> int:
    """How many threads each of several workers at once computes with: its share of the processors here.

    Who has set OMP_NUM_THREADS has decided that.
    """
    decided = os.environ.get("OMP_NUM_THREADS", "")
    if decided.isdecimal() and int(decided):
        return int(decided)
    affine = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if affine else os.cpu_count() or 1
    return max(1, processors // jobs)


class WaitingWorker:
    """A worker that has torch imported already and waits to be told its run.

    It ends by itself when this process does: its standard input closes.
    """

    def __init__(self) -> None:
        self._process = _spawn([*_WORKER, "--wait"], subprocess.PIPE, subprocess.DEVNULL)

    def claim(self, run: RunFolder) -> None:
        """Give it its run. Where it has died meanwhile, another one is started."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(os.fsencode(run.path) + b"\n")
            self._process.stdin.close()
        except BrokenPipeError:
            start(run)

    def dismiss(self) -> None:
        """Let it go; it ends at once."""
        assert self._process.stdin is not None
        self._process.stdin.close()


def started() -> list[subprocess.Popen[bytes]]:
    """The workers, and queues of them, that this process started and has not reaped yet."""
    return list(_started)


def _spawn(
    command: list[str],
    stdin: int,
    output: IO[bytes] | int,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.Popen[bytes]:
    _started[:] = [process for process in _started if process.poll() is None]  # reap those that ended
    process = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd="/",
        env={**_POLITE, **os.environ, **environment},
    )
    _started.append(process)
    return process


def _append_private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
