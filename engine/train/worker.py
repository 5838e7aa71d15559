"""The process that trains: ``python -m latentop.engine.train.worker RUN``. It outlives every terminal."""

import argparse
import faulthandler
import fcntl
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from latentop.engine.run.errors import LatentopError, StorageError, UsageError
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import liveness, worker_log
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import leave, say
from latentop.engine.train.hooks import Hooks
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError

log = logging.getLogger("latentop")
_terminated = Terminated()


def main() -> int:
    """Train the run that the command line names, or the one that standard input will name."""
    parser = argparse.ArgumentParser(prog="python -m latentop.engine.train.worker", description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, help="the run's folder")
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="change a setting")
    parser.add_argument("--wait", action="store_true", help="import torch, then read RUN from stdin")
    arguments = parser.parse_args()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # control-c is for the viewer
    signal.signal(signal.SIGTERM, _terminated.hear)
    os.umask(0o077)
    faulthandler.enable(
        all_threads=False
    )  # the log then has the line of Python at which somebody's code ended the process
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if not (arguments.wait or arguments.run):
        parser.error("name a run's folder")
    run = _await_claim() if arguments.wait else RunFolder(arguments.run)
    return 0 if run is None else work(run, resume=arguments.resume, words=arguments.set)


def work(run: RunFolder, *, resume: bool, words: Sequence[str] = ()) -> int:
    """Train a run to its end, its stop or its failure, whichever comes first; 0 unless it failed.

    ``words`` change settings before it trains on, such as ``batch=32``.
    """
    try:
        refuse_foreign(run.path)
    except UsageError as error:
        log.error("%s; %s", error.message, error.hint)
        return 1
    log.info("%s: process %d", worker_log.BEGINS, os.getpid())
    hooks = Hooks(run)
    try:
        return _work_alone(run, hooks, resume=resume, words=words)
    finally:
        hooks.settle()  # who resumes the run need not wait for them


def _work_alone(run: RunFolder, hooks: Hooks, *, resume: bool, words: Sequence[str]) -> int:
    """The same, unless another worker does already."""
    with run.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.error("another worker trains this run already")
            return 1
        except OSError as error:  # as on many a file system of another machine
            log.warning(
                "nothing can be locked there (%s): have no other worker train this run", error.strerror
            )
        try:
            starting = told(state="starting", detail="importing torch", ended=None, died="")
            say(run.database, liveness.identity() | liveness.place(run.database) | starting)
            _train(run, hooks, resume=resume, words=words)
        except BaseException as error:  # a sys.exit() in somebody's networks, too
            log.exception("training failed")
            message, hint = _explained(run, error)
            failed = told(state="failed", detail="", ended=time.time(), error=message, hint=hint)
            with suppress(StorageError):  # a full disk: the log has it, and the worker is seen to be gone
                say(run.database, failed | told(traceback=traceback.format_exc()))
            hooks.ended("failed", step=_step(run), why=message)
            return 1
        finally:
            leave(run.database)
    return 0


def _explained(run: RunFolder, error: BaseException) -> tuple[str, str]:
    """What made a run fail and what to do about it, in a line each."""
    if isinstance(error, LatentopError | PresetError):
        return error.message, error.hint
    devices = sys.modules.get("latentop.engine.train.devices")  # not where torch could not be imported
    explained: tuple[str, str] | None = devices.explain(error) if devices else None
    said = f"{_line(run, error)}{type(error).__name__}: {' '.join(str(error).split())}"
    return explained or (said, f"the whole story is in {run.log}")


def _line(run: RunFolder, error: BaseException) -> str:
    """Where in the run's own file of networks it happened, such as ``mygan.py:31: ``; empty for elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).parent == run.path]
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}: " if own else ""


def _train(run: RunFolder, hooks: Hooks, *, resume: bool, words: Sequence[str]) -> None:
    """From the preset on disk to the last step; what imports torch is imported here."""
    from latentop.engine.train.session import Session

    preset = catalogue.load(catalogue.find(str(run.preset)))
    Session(run, preset, terminated=_terminated, hooks=hooks).train(resume=resume, words=words)


def _await_claim() -> RunFolder | None:
    """Import what takes seconds, then wait to be given a run; None where nobody wants one any more."""
    import torch._dynamo  # noqa: F401 - the first optimiser would

    import latentop.engine.train.session  # noqa: F401

    path = sys.stdin.buffer.readline().rstrip(b"\n")
    if not path:
        return None
    run = RunFolder(Path(os.fsdecode(path)))
    log = os.open(run.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)
    return run


def _step(run: RunFolder) -> int:
    """How far it came; 0 where that can't be read."""
    with suppress(StorageError), closing(Reader(run.database)) as reader:
        return reader.facts().step
    return 0


if __name__ == "__main__":
    sys.exit(main())
