"""The process that mirrors a log: ``python -m latentop.engine.external.follower LOG [--samples GLOB] …``.

``LATENTOP_RESUME`` names the run that it writes. It reads only, ends when it is asked to, and never touches
the program that writes the log. ``--once`` keeps what is there, and ends. Torch is imported only where real
images are measured.
"""

import argparse
import os
import signal
import sys
import time
import traceback
from contextlib import closing, suppress
from pathlib import Path

import latentop.engine.numpy_threads  # noqa: F401 - before numpy comes
from latentop.engine.external.logs.columns_wanted import ColumnsWanted, parse
from latentop.engine.external.logs.content import NothingYetError
from latentop.engine.external.logs.log_feed import LogFeed
from latentop.engine.external.logs.places import LogPlace, LogPlaces
from latentop.engine.external.loss_judge import LossJudge
from latentop.engine.external.mirror import Mirror
from latentop.engine.external.sheets.sheet_watch import SheetWatch
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.commands import Asked, Inbox
from latentop.engine.run.errors import LatentopError, StorageError, UsageError
from latentop.engine.run.events import Facts, Mark, Reply
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness
from latentop.engine.run.process.removal import WHY, Removal
from latentop.engine.run.process.script_start import RESUME
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.run.process.worker_lock import hold
from latentop.engine.run.store.writer import Store, leave, say, write

LOOK_SECONDS, QUIET_LOOK_SECONDS, MORE_SECONDS = 0.1, 0.25, 2.0
"""Between two looks: for what was appended lately, after a while without, and for other files."""
LATELY_SECONDS = 10.0
PULSE_SECONDS = 1.0
"""Between two heartbeats; what is read is written at once."""
_terminated = Terminated()


def main() -> int:
    """Mirror the log that the command line names until told to stop; 0 unless that fails."""
    parser = argparse.ArgumentParser(prog="python -m latentop.engine.external.follower", description=__doc__)
    parser.add_argument("log", type=Path, help="a log: a file or a folder; it may not be there yet")
    parser.add_argument("--samples", metavar="GLOB", help="the sheets of samples that the program saves")
    parser.add_argument("--grid", metavar="ROWSxCOLUMNS", help="how many tiles a sheet has, without lines")
    parser.add_argument("--real", metavar="FOLDER", type=Path, help="real images to hold samples against")
    parser.add_argument("--columns", metavar="SERIES=NAME,…", default="", help="which value is what")
    parser.add_argument("--key", default="", help="which of several logs there")
    parser.add_argument("--once", action="store_true", help="read what is there, and end")
    options = parser.parse_args()
    run = RunFolder(Path(os.environ[RESUME]))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _terminated.hear)
    os.umask(0o077)
    with hold(run):
        try:
            (_import if options.once else _follow)(run, options)
        except Exception as error:
            traceback.print_exc()
            hint = error.hint if isinstance(error, LatentopError) else f"the whole story is in {run.log}"
            failed = told(state="failed", detail="", ended=time.time(), error=str(error), hint=hint)
            if not isinstance(error, LatentopError):
                failed |= told(traceback=traceback.format_exc())
            with suppress(StorageError):
                say(run.database, failed)
            return 1
        finally:
            leave(run.database)
    return 0


def grid_of(text: str | None) -> tuple[int, int] | None:
    """``8x4`` as eight rows of four. Raises UsageError for anything else."""
    if text is None:
        return None
    rows, _, columns = text.lower().partition("x")
    if not (rows.isdecimal() and columns.isdecimal() and int(rows) and int(columns)):
        raise UsageError(f"--grid {text}: no ROWSxCOLUMNS", "write it like: --grid 8x8")
    return int(rows), int(columns)


def _import(run: RunFolder, options: argparse.Namespace) -> None:
    """Keep what is there, and end. Raises UsageError where it is no log, or lacks what was asked for."""
    began = time.time()
    say(run.database, _alive(run) | told(state="running", heartbeat=began))
    log = _Log(options)
    log.find()
    mirror = Mirror(run, log.feed, LossJudge(), _sheets(options))
    try:
        mirror.catch_up(final=True)
        log.feed.require_wanted()
        if not mirror.begun:
            raise UsageError(f"{options.log} holds no values", "log the losses as numbers")
    finally:
        mirror.close()
    say(run.database, told(state="finished", started=began, ended=time.time()))


def _follow(run: RunFolder, options: argparse.Namespace) -> None:
    sheets = _sheets(options)
    began = time.time()
    say(run.database, _alive(run) | told(died="", heartbeat=began))  # it is starting until it has looked
    log = _Log(options)
    if not log.await_it(run):
        return
    mirror = Mirror(run, log.feed, LossJudge(), sheets)
    with closing(Store(run.database)) as store:
        store.rewind(-1, asked_before=began)  # what was read before is read again
    running = told(state="running", detail="", started=began, ended=None, error=None, hint=None)
    mirror.catch_up(running | _pulse(mirror))
    recorder = Recorder(run, lambda: _pulse(mirror), every=PULSE_SECONDS)
    recorder.start()
    try:
        _watch(run, log, mirror, recorder)
    finally:
        mirror.close()
        recorder.close()


def _alive(run: RunFolder) -> Facts:
    return liveness.identity() | liveness.place(run.database)


def _sheets(options: argparse.Namespace) -> SheetWatch:
    """The samples that the program shows. Raises UsageError for a grid that is none."""
    grid = grid_of(options.grid)
    return SheetWatch(options.samples, grid=grid, real=options.real, clock=time.monotonic)


class _Log:
    """The log of one training, which may not be there yet, and may get more files."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._places = LogPlaces(options.log, once=options.once)
        self._key: str = options.key
        self._wanted = parse(options.columns) if options.columns else ColumnsWanted()
        self._looked = 0.0
        self._read: frozenset[str] = frozenset()
        """The parts that are read."""
        self.feed: LogFeed

    def find(self) -> None:
        """Open it. Raises NothingYetError where it is not there yet, UsageError for what is no log."""
        place = self._find()
        self._key, self._read = place.key, _keys(place)
        self.feed = place.open(self._wanted)

    def await_it(self, run: RunFolder) -> bool:
        """Wait until it is there; False where somebody has asked to stop before.

        Raises UsageError where what lies there is no log.
        """
        with closing(Inbox(run)) as inbox:
            while not _terminated.is_set():
                try:
                    self.find()
                    return True
                except NothingYetError as error:
                    waits = f"waiting: {error.message}"
                replies = [_reply(asked, step=0) for asked in inbox.new()]
                write(run.database, *replies, told(state="running", detail=waits, heartbeat=time.time()))
                if any(one.applied for one in replies):
                    break
                _terminated.wait(QUIET_LOOK_SECONDS)
        write(run.database, told(state="stopped", detail="", ended=time.time()))
        return False

    def look_for_more(self) -> None:
        """Read files, too, that have come since."""
        now = time.monotonic()
        if now >= self._looked + MORE_SECONDS:
            self._looked = now
            with suppress(LatentopError):  # what was there may be gone for a moment
                place = self._find()
                self._read |= _keys(place)
                self.feed.extend(place.parts)

    def _find(self) -> LogPlace:
        """The log that is meant, and no other. Raises NothingYetError where it isn't there.

        It may get another key as more files of it come.
        """
        found = self._places.find()
        meant = [one for one in found if one.key == self._key] or [
            one for one in found if self._read and _keys(one) >= self._read
        ]
        if self._key and not meant:
            raise NothingYetError(f"{self._key} is not there", "wait until it is back")
        return [*meant, *found][0]


def _keys(place: LogPlace) -> frozenset[str]:
    return frozenset(part.key for part in place.parts)


def _watch(run: RunFolder, log: _Log, mirror: Mirror, recorder: Recorder) -> None:
    """Look again and again, until somebody asks to stop."""
    removal = Removal(run)
    with closing(Inbox(run)) as inbox:
        while not (_terminated.is_set() or removal.noticed):
            log.look_for_more()
            mirror.look(recorder)
            for asked in inbox.new():
                reply = _reply(asked, step=mirror.step)
                recorder.put(reply)
                if reply.applied:
                    _terminated.set()
            lately = time.time() < mirror.heard + LATELY_SECONDS
            _terminated.wait(LOOK_SECONDS if lately else QUIET_LOOK_SECONDS)
    now, why = time.time(), WHY if removal.noticed else ""
    mirror.end(recorder)
    text = f"watched no more, as {why}" if why else "watched no more"
    recorder.put(Mark(step=mirror.step, wall=now, kind="stop", text=text))
    recorder.put(told(state="stopped", detail=why, removed=bool(why), ended=now))


def _reply(asked: Asked, *, step: int) -> Reply:
    """What becomes of what somebody asked for: nothing but an end."""
    stops = asked.name == "stop"
    text = "it is watched no more" if stops else "its training is another program's"
    return Reply(command=asked.id, applied=stops, step=step, wall=time.time(), text=text)


def _pulse(mirror: Mirror) -> Facts:
    """What goes with every flush."""
    waiting = told(doing="waiting for what is written next", doing_since=mirror.heard)
    return waiting | told(step=mirror.step, elapsed=mirror.elapsed, heartbeat=time.time())


if __name__ == "__main__":
    sys.exit(main())
