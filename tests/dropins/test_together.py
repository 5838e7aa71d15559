"""Processes that somebody else trains: they meet seldom, and all end after the same step."""

from collections.abc import Callable

import pytest

from latentop.engine.external.script.dropins import together
from latentop.engine.external.script.dropins.together import Together

RANKS = 3


class Processes:
    """All of them, as one process that plays them, one step after another, each of so many seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, last: int = 0) -> None:
        self.now = 0.0
        self.said: list[int] = []
        monkeypatch.setattr(together, "monotonic", lambda: self.now)
        self._ranks = [Together(self._broadcast(rank), last if rank == 0 else 0) for rank in range(RANKS)]

    def _broadcast(self, rank: int) -> Callable[[int], int]:
        heard = 0

        def broadcast(number: int) -> int:
            nonlocal heard
            if rank == 0:
                self.said.append(number)
            heard += 1
            return self.said[heard - 1]

        return broadcast

    def ends(self, seconds: float, *, asked: bool = False) -> bool:
        """Take a step; whether all end after it: none without the others."""
        self.now += seconds
        ends = {one.ends(asked=asked and place == 0) for place, one in enumerate(self._ranks)}
        (found,) = ends
        return found


@pytest.mark.parametrize(("seconds", "meetings"), [(1 / 8192, 22), (1 / 128, 21), (1 / 8, 251), (2.0, 1001)])
def test_they_meet_every_half_a_second_or_after_every_step_that_takes_longer(
    seconds: float, meetings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = Processes(monkeypatch)
    assert not any(processes.ends(seconds) for _ in range(1000))
    assert len(processes.said) == pytest.approx(meetings, abs=2)


def test_after_a_slow_step_they_meet_sooner_and_after_fast_ones_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    processes = Processes(monkeypatch)
    for seconds in [30.0, *[1 / 128] * 100]:
        processes.ends(seconds)
    assert processes.said == [0, 1, 50, 50]


def test_steps_that_were_skipped_put_off_no_stop_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a training goes on in the midst of an epoch, and passes over what it has taken."""
    processes = Processes(monkeypatch)
    for _ in range(30):
        processes.ends(1e-6)
    asked = processes.now
    while not processes.ends(0.5, asked=True):
        pass
    assert processes.now - asked <= 30


def test_they_end_when_they_meet_after_the_first_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = Processes(monkeypatch)
    taken = 0
    while not processes.ends(0.05, asked=taken >= 25):
        taken += 1
    assert 25 <= taken <= 35


def test_a_training_that_goes_on_takes_exactly_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = Processes(monkeypatch, last=7)
    assert [processes.ends(0.01) for _ in range(7)] == [False] * 6 + [True]
