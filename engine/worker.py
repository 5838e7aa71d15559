"""The process that trains: ``python -m engine.worker RUN``. It outlives every terminal and every viewer."""

import argparse
import fcntl
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from engine.hooks import Hooks
from engine.run import liveness
from engine.run.errors import LatentopError, StorageError, UsageError
from engine.run.events import Facts
from engine.run.folder import RunFolder
from engine.run.reader import Reader
from engine.run.store import Store
from engine.run.trust import refuse_foreign
from presets import catalogue

log = logging.getLogger("latentop")
_terminated = threading.Event()


def main() -> int:
    """Train the run that the command line names, or the one that standard input will name."""
    parser = argparse.ArgumentParser(prog="python -m engine.worker", description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, help="the run's folder")
    parser.add_argument("--resume", action="store_true", help="go on from the newest checkpoint")
    parser.add_argument("--wait", action="store_true", help="import torch, then read RUN from stdin")
    arguments = parser.parse_args()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # control-c is for the viewer
    signal.signal(signal.SIGTERM, lambda *_: _terminated.set())
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    if not (arguments.wait or arguments.run):
        parser.error("name a run's folder")
    run = _await_claim() if arguments.wait else RunFolder(arguments.run)
    return 0 if run is None else work(run, resume=arguments.resume)


def work(run: RunFolder, *, resume: bool) -> int:
    """Train a run to its end, its stop or its failure, whichever comes first; 0 unless it failed."""
    try:
        refuse_foreign(run.path)
    except UsageError as error:
        log.error("%s; %s", error.message, error.hint)
        return 1
    hooks = Hooks(run)
    try:
        return _work_alone(run, hooks, resume=resume)
    finally:
        hooks.settle()  # who resumes the run need not wait for them


def _work_alone(run: RunFolder, hooks: Hooks, *, resume: bool) -> int:
    """The same, unless another worker does already."""
    with (run.path / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            log.error("another worker trains this run already")
            return 1
        try:
            _say(
                run,
                {
                    **liveness.identity(),
                    **liveness.place(run.database),
                    "state": "starting",
                    "detail": "importing torch",
                    "ended": None,
                },
            )
            _train(run, hooks, resume=resume)
        except Exception as error:
            log.exception("training failed")
            failure = _failure(run, error)
            with suppress(StorageError):  # a full disk: the log has it, and the worker is seen to be gone
                _say(run, failure)
            hooks.ended("failed", step=_step(run), why=str(failure["error"]))
            return 1
    return 0


def _failure(run: RunFolder, error: Exception) -> dict[str, object]:
    """The facts of a failed run: what happened and what to do in a line each, and the traceback."""
    if isinstance(error, LatentopError | catalogue.PresetError):
        message, hint = error.message, error.hint
    else:
        message, hint = f"{type(error).__name__}: {error}", f"the whole story is in {run.log}"
    told = {"error": message, "hint": hint, "traceback": traceback.format_exc()}
    return {"state": "failed", "detail": "", "ended": time.time(), **told}


def _train(run: RunFolder, hooks: Hooks, *, resume: bool) -> None:
    """From the preset on disk to the last step; what imports torch is imported here."""
    from engine.session import Session

    preset = catalogue.load(catalogue.find(str(run.preset)))
    say = partial(_say, run)
    Session(run, preset, say=say, terminated=_terminated, hooks=hooks).train(resume=resume)


def _await_claim() -> RunFolder | None:
    """Import what takes seconds, then wait to be given a run; None where nobody wants one any more."""
    import torch._dynamo  # noqa: F401 - the first optimiser would

    import engine.session  # noqa: F401

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


def _say(run: RunFolder, values: Mapping[str, object]) -> None:
    """Set facts of the run while no recorder does."""
    store = Store(run.database)
    try:
        store.write({}, [Facts(values={**values, "heartbeat": time.time()})])
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main())
