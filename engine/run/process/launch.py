"""Make a run and start its worker: a process in its own session, which no hang-up reaches; never a fork."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType
from typing import IO

from latentop.engine.run import folder
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.events import Facts
from latentop.engine.run.facts import RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.store import database
from latentop.engine.run.store.writer import say, write

# -P: the folder a person starts from may hold an engine.py of their own.
_WORKER = (sys.executable, "-P", "-m", "latentop.engine.train.worker")
_QUEUE = (sys.executable, "-P", "-m", "latentop.engine.run.process.run_queue")
# Threads of OpenMP that spin while they wait take the core that others would finish on: on a machine that is
# busy elsewhere, training was up to six times slower for it.
_POLITE = {"OMP_WAIT_POLICY": "PASSIVE"}
TURN = "LATENTOP_TURN"
"""Of a worker's environment: which of those that train side by side it is, from 0; each takes another GPU."""
_started: list[subprocess.Popen[bytes]] = []
_ended: dict[int, int] = {}
"""The exit codes of those of them that have ended, by pid."""
_REAP_SECONDS = 0.5


def new(
    runs: Path,
    facts: RunFacts,
    preset: str | None,
    code: Mapping[str, bytes] = MappingProxyType({}),
    *,
    queued: bool = False,
) -> RunFolder:
    """Make a run's folder with its resolved preset (TOML), if it has one, and a database of what is known.

    ``code``: the files with networks of the preset's own, by name. A ``queued`` run waits its turn.

    Raises UsageError or StorageError where the folder can't be written.
    """
    made = folder.create(runs, facts.preset, facts.chosen_seed, preset, code)
    database.create(made.database)
    facts = replace(facts, state="queued" if queued else "starting", created=time.time())
    write(made.database, Facts(values=asdict(facts)))
    return made


def start(
    run: RunFolder, *, resume: bool = False, words: Sequence[str] = (), turn: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a worker on a run; what it prints goes to ``worker.log``. ``turn``: see TURN.

    ``words`` are settings such as ``batch=32``, to ``resume`` with others than it had.

    To ``resume`` a run that left no checkpoint, because it never began, is to begin it.

    Raises UsageError for a run that is not one's own, StorageError for one that can't be written.
    """
    refuse_foreign(run.path)
    resumed = resume and run.newest_checkpoint is not None
    settings = [part for word in words for part in ("--set", word)]
    command = [*_WORKER, str(run.path), *(["--resume"] if resumed else []), *settings]
    with append_private(run.log) as log:
        return spawn(command, subprocess.DEVNULL, log, {} if turn is None else {TURN: str(turn)})


def queue(runs: Sequence[RunFolder], jobs: int) -> subprocess.Popen[bytes]:
    """Start the process that trains queued runs in turn, ``jobs`` at a time; it prints to ``queue.log``."""
    command = [*_QUEUE, "--jobs", str(jobs), *(str(run.path) for run in runs)]
    share = {"OMP_NUM_THREADS": str(threads(jobs))} if jobs > 1 else {}
    with append_private(runs[0].path / "queue.log") as log:
        return spawn(command, subprocess.DEVNULL, log, share)


def put_in_line(runs: Sequence[RunFolder], jobs: int) -> None:
    """Have a queue of their own train runs that ended early, ``jobs`` at a time, in that order.

    Raises UsageError for a run that is not one's own, StorageError for one that can't be written.
    """
    for run in runs:
        refuse_foreign(run.path)
    nobody = told(pid=None, process_started=None, booted=None, boot=None, processes=None, host=None)
    for run in runs:
        say(run.database, nobody | told(state="queued", detail="", ended=None))
    queue(runs, jobs)


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
        self._process = spawn([*_WORKER, "--wait"], subprocess.PIPE, subprocess.DEVNULL)

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


def end_of(pid: int) -> str:
    """How a worker or queue that this process started has ended; empty where nobody here can know."""
    for one in _started:
        if one.pid == pid:
            with suppress(subprocess.TimeoutExpired):  # it looks dead, and may still write its memory down
                _ended[pid] = one.wait(_REAP_SECONDS)
    return ending(_ended[pid]) if pid in _ended else ""


def ending(code: int) -> str:
    """An exit code as what follows ``it ended``: ``by SIGSEGV``, ``with exit code 7``."""
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def spawn(
    command: list[str],
    stdin: int,
    output: IO[bytes] | int,
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    directory: str = "/",
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, in that folder, with more in its environment.

    Raises LatentopError where the system lets none begin.
    """
    _ended.update({one.pid: code for one in _started if (code := one.poll()) is not None})
    _started[:] = [one for one in _started if one.returncode is None]
    try:
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=directory,
            env={**_POLITE, **os.environ, **environment},
        )
    except OSError as error:
        hint = "end other programs, or allow more processes or memory, and try again"
        raise LatentopError(f"no process can be started: {error.strerror or error}", hint) from error
    _started.append(process)
    return process


def append_private(path: Path) -> IO[bytes]:
    """A file to write on at the end of, that nobody else can read. Raises StorageError."""
    with database.told(path):
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
