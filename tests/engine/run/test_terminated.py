"""What a signal sets, wherever the process is when it comes."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from latentop.engine.run.process.terminated import Terminated


@pytest.fixture
def terminated() -> Iterator[Terminated]:
    event = Terminated()
    before = signal.signal(signal.SIGUSR1, event.hear)
    yield event
    signal.signal(signal.SIGUSR1, before)


def tell_often(times: int, pause: float) -> threading.Thread:
    """Signals from a thread of their own, that has begun."""
    waits = threading.Event()

    def tell() -> None:
        for _ in range(times):
            waits.wait(pause)
            os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=tell)
    thread.start()
    return thread


def test_who_waits_is_woken_and_knows_by_what(terminated: Terminated) -> None:
    thread = tell_often(1, 0.05)
    assert terminated.wait(600)
    assert (terminated.number, terminated.why) == (signal.SIGUSR1, "by SIGUSR1")
    thread.join()
    terminated.clear()
    assert not terminated.wait(0.01)
    assert (terminated.number, terminated.hung_up) == (signal.SIGTERM, False)


def test_signals_that_come_at_any_moment_hold_nobody_up(terminated: Terminated) -> None:
    heard, thread = 0, tell_often(2_000, 0.0003)
    while thread.is_alive():
        heard += terminated.is_set()
        terminated.clear()  # threading.Event takes a lock here, for which its own handler would wait
    assert heard > 100
