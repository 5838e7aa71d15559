"""What a signal sets, wherever the process is when it comes."""

import signal
from collections.abc import Iterator

import pytest

from latentop.engine.run.process.terminated import Terminated


@pytest.fixture
def terminated() -> Iterator[Terminated]:
    event = Terminated()
    before = signal.signal(signal.SIGALRM, event.hear)
    yield event
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_who_waits_is_woken_and_knows_by_what(terminated: Terminated) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    assert terminated.wait(600)
    assert (terminated.number, terminated.why) == (signal.SIGALRM, "by SIGALRM")
    terminated.clear()
    assert not terminated.wait(0.01)


def test_signals_that_come_as_fast_as_they_can_hold_nobody_up(terminated: Terminated) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    for _ in range(200_000):  # with threading.Event it ends in an error
        terminated.is_set()
        terminated.clear()
