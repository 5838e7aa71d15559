"""The life of the process that a run is trained in: how it ends is how the run has ended."""

import atexit
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.util import Finalize
from types import FrameType, TracebackType
from weakref import WeakKeyDictionary

import torch

from latentop.engine.external.script import uncaught_exit
from latentop.engine.external.script.run import Run, Stopped
from latentop.engine.run.process.terminated import Terminated

SignalHandler = Callable[[int, FrameType | None], None] | signal.Handlers
terminated = Terminated()
"""Set by SIGTERM, and by SIGHUP as where its terminal is closed: the run ends at its next step. A second
SIGTERM ends the process at once; of SIGHUP several may come."""
_open: list[Run] = []
_begun_by: WeakKeyDictionary[Run, threading.Thread] = WeakKeyDictionary()
"""The thread that has begun each run."""
_left_with: WeakKeyDictionary[Run, tuple[object, int]] = WeakKeyDictionary()
"""The exit code with which the script wanted to end each run, and at which step."""
_watching = False


def keep(run: Run) -> None:
    """Have the run end as the process does, if nobody ends it before."""
    global _watching
    _open[:] = [one for one in _open if not one.over]
    _open.append(run)
    terminated.clear()
    if not run.recording:
        return
    if not _watching:
        _watching = True
        atexit.register(_at_exit)
        os.register_at_fork(after_in_child=_abandon)
        sys.excepthook = _with_word(sys.excepthook)
        uncaught_exit.hear(_leaves)
        threading.excepthook = _of_a_thread(threading.excepthook)
    if multiprocessing.parent_process() is not None:  # such a process calls no exit hooks
        Finalize(None, _at_exit, exitpriority=1)
    _begun_by[run] = threading.current_thread()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            _hand_over(number, signal.SIG_DFL, _on_signal)


def opened() -> Run | None:
    """The run that is open in this process; None where there is none."""
    return next((one for one in reversed(_open) if not one.over), None)


def together() -> bool:
    """Whether other processes train along with this one, whose networks are to stay the same."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_world_size() > 1
    count = os.environ.get("WORLD_SIZE", "1")
    return count.isdecimal() and int(count) > 1


def helper() -> bool:
    """Whether this process trains no run of its own: a worker that loads data, or a rank other than 0."""
    if torch.utils.data.get_worker_info() is not None:
        return True
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank() != 0
    rank = os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0"))
    imports = getattr(multiprocessing.current_process(), "_inheriting", False)  # spawned, and no script yet
    return imports or (rank.isdecimal() and int(rank) != 0)


def _on_signal(number: int, _: FrameType | None) -> None:
    recording = any(run.recording for run in _open)
    _hand_over(signal.SIGTERM, _on_signal, signal.SIG_DFL)
    _hand_over(signal.SIGHUP, _on_signal, signal.SIG_IGN if recording else signal.SIG_DFL)
    terminated.hear(number)
    if not recording:
        os.kill(os.getpid(), number)


def _hand_over(number: int, before: SignalHandler, after: SignalHandler) -> None:
    """Change who hears the signal; one that somebody else hears, or that is ignored, stays so."""
    if signal.getsignal(number) == before:
        signal.signal(number, after)


def _at_exit() -> None:
    error = sys.exception()  # that ends a process of multiprocessing, which tells nobody else
    for run in reversed(_open):
        with suppress(Exception):
            if error is None:
                code, step = _left_with.get(run, (None, 0))
                run.end_at_exit(code if step == run.step else None)
            else:
                run.end_with(error)


def _abandon() -> None:
    """A forked child records nothing: the run is its parent's."""
    for run in _open:
        run.abandon()
    _hand_over(signal.SIGTERM, _on_signal, signal.SIG_DFL)
    _hand_over(signal.SIGHUP, _on_signal, signal.SIG_IGN)  # a hang-up is its parent's to answer


def _leaves(code: object) -> None:
    """The script wants to end with that exit code; where it trains on, it was not meant so."""
    _left_with.update({run: (code, run.step) for run in _open})


def _of_a_thread(before: Callable[[threading.ExceptHookArgs], object]) -> Callable[..., object]:
    """A hook for exceptions that end a thread: a run hears of the one that began it."""

    def hear(told: threading.ExceptHookArgs, /) -> None:
        for run in reversed(_open):
            if told.exc_value is not None and _begun_by.get(run) is told.thread:
                with suppress(Exception):
                    run.end_with(told.exc_value)
        before(told)

    return hear


Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def _with_word(before: Hook) -> Hook:
    """A hook for exceptions that end the script: first the run hears of it, then whoever did before."""

    def hear(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        for run in reversed(_open):
            with suppress(Exception):
                run.end_with(error)
        if not isinstance(error, Stopped):
            before(kind, error, trace)

    return hear
