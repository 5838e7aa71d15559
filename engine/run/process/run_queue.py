"""Several runs, a few at a time, new ones or some to be gone on with. It outlives every terminal.

``python -m latentop.engine.run.process.run_queue --jobs N RUN…`` starts it.
Until its worker begins, the queue stands in for a run's worker: the run names the queue's process as its own,
so that who looks can tell whether it still waits, and the queue answers what is asked of it.
"""

import argparse
import logging
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from latentop.engine.run.commands import Asked, Inbox
from latentop.engine.run.errors import LatentopError, StorageError, UsageError
from latentop.engine.run.events import Event, Mark, Reply
from latentop.engine.run.facts import RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import Store, say, write

LOOK_SECONDS = 0.1
HEARTBEAT_SECONDS = 5.0
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}

log = logging.getLogger("latentop")


def main() -> int:
    """Start a worker on each run that the command line names, in that order, as soon as there is room."""
    parser = argparse.ArgumentParser(
        prog="python -m latentop.engine.run.process.run_queue", description=__doc__
    )
    parser.add_argument("runs", nargs="+", type=Path, help="the runs' folders")
    parser.add_argument("--jobs", type=int, default=1, help="how many may train at once")
    arguments = parser.parse_args()
    terminated = Terminated()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # control-c is for the viewer
    signal.signal(signal.SIGTERM, terminated.hear)
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    queue = Queue([RunFolder(path) for path in arguments.runs], arguments.jobs)
    while not terminated.is_set() and queue.look():
        terminated.wait(LOOK_SECONDS)
    return 0


class Queue:
    """Runs in line, and the workers that it has started, at most ``jobs`` of them in training by itself."""

    def __init__(self, runs: Sequence[RunFolder], jobs: int) -> None:
        self._line: dict[RunFolder, Inbox] = {}
        self._jobs = jobs
        self._workers: dict[int, tuple[RunFolder, subprocess.Popen[bytes]]] = {}
        """By their turn."""
        self._called = -math.inf
        self._trouble = ""
        for run in runs:
            with self._forgiving(run):
                self._line[run] = Inbox(run)

    def look(self) -> bool:
        """Answer what was asked, and start what may start; False once all had their turn and ended."""
        for turn, (run, worker) in tuple(self._workers.items()):
            if (code := worker.poll()) is not None:
                del self._workers[turn]
                with self._forgiving(run):
                    write(run.database, told(died=launch.ending(code)))
        before = tuple(self._line)
        for run in before:
            with self._forgiving(run):
                self._listen(run)
        for run in tuple(self._line):
            if len(self._workers) < self._jobs:
                with self._forgiving(run):
                    self._start(run)
        if tuple(self._line) != before or time.monotonic() - self._called > HEARTBEAT_SECONDS:
            self._called = time.monotonic()
            self._call_over()
        return bool(self._line or self._workers)

    def _listen(self, run: RunFolder) -> None:
        for command in self._line[run].new():
            match command.name:
                case "resume":
                    self._answer(run, command, "it trains now, out of turn")
                    self._start(run)
                case "stop":
                    step = _facts(run).step
                    words = f"taken out of line before it {'trained on' if step else 'began'}"
                    mark = Mark(step=step, wall=time.time(), kind="stop", text=words)
                    ended = told(state="stopped", detail=words, ended=time.time(), pid=None)
                    self._answer(run, command, words, mark, ended)
                    self._give_up(run)
                case _:
                    self._answer(run, command, "it is queued and has not begun", applied=False)
            if run not in self._line:
                return  # what else is asked is for its worker

    def _start(self, run: RunFolder) -> None:
        if _facts(run).state == "queued":
            say(run.database, told(state="starting", detail="", pid=None))
            turn = next(one for one in range(len(self._workers) + 1) if one not in self._workers)
            try:
                worker = launch.start(run, resume=True, turn=turn if self._jobs > 1 else None)
            except (LatentopError, OSError):  # too many processes, for now
                write(run.database, liveness.identity() | told(state="queued"))
                raise
            self._workers[turn] = run, worker
            write(run.database, liveness.identity(worker.pid))
        self._leave(run)

    def _give_up(self, run: RunFolder) -> None:
        """It leaves the line, and no worker comes that would answer what else is asked."""
        self._leave(run)
        with closing(Store(run.database)) as store:
            store.refuse_unheard()

    def _leave(self, run: RunFolder) -> None:
        self._line.pop(run).close()

    def _call_over(self) -> None:
        """Say of each run in line who waits with it, that it is still waited for, and which place it has."""
        known = liveness.identity()
        for place, run in enumerate(tuple(self._line), 1):
            where = "next" if place == 1 else ordinal(place)
            with self._forgiving(run):
                say(run.database, known | told(detail=f"{where} in line"))

    @contextmanager
    def _forgiving(self, run: RunFolder) -> Iterator[None]:
        """A run that can't be read or written now is tried again.

        One that was deleted leaves the line, and so does one that is only to be looked at.
        """
        try:
            yield
        except UsageError as error:
            log.warning("%s: %s", run.id, error)
            with suppress(StorageError):
                failed = told(state="failed", detail="", ended=time.time(), pid=None)
                write(run.database, failed | told(error=error.message, hint=error.hint))
                self._give_up(run)
        except (LatentopError, OSError) as error:
            if str(error) != self._trouble:  # it comes back at every look, and need be said but once
                log.warning("%s: %s", run.id, error)
            self._trouble = str(error)
            if run in self._line and not run.database.exists():
                self._leave(run)

    def _answer(self, run: RunFolder, command: Asked, text: str, *more: Event, applied: bool = True) -> None:
        write(
            run.database,
            Reply(command=command.id, applied=applied, step=0, wall=time.time(), text=text),
            *more,
        )


def ordinal(place: int) -> str:
    """A place in line as a word: ``1st``, ``2nd``, ``11th``."""
    if place % 100 in (11, 12, 13):
        return f"{place}th"
    return f"{place}{_ENDINGS.get(place % 10, 'th')}"


def _facts(run: RunFolder) -> RunFacts:
    with closing(Reader(run.database)) as reader:
        return reader.facts()


if __name__ == "__main__":
    sys.exit(main())
