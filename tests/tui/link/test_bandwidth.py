"""A link of a known speed, simulated: bytes leave it one after the other, answers come behind them."""

from collections import deque

import pytest

from latentop.tui.link.bandwidth import LARGEST, Link

STEP = 0.01


class Pipe:
    """Carries so many bytes a second; ``offered`` are there to be sent at every moment."""

    def __init__(self, link: Link, speed: float, there_and_back: float, *, answers: bool = True) -> None:
        self.link, self.speed, self.delay, self.answers = link, speed, there_and_back, answers
        self.now = self.free_at = 0.0
        self.carried = 0
        self.queues: list[float] = []
        self._answers: deque[float] = deque()
        if link.sent(0, 0.0):
            self._question()

    def run(self, seconds: float, offered: int, *, piece: int = 1_000_000) -> None:
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            while self._answers and self._answers[0] <= self.now:
                if self.link.answered(self._answers.popleft()):
                    self._question()
            size = min(offered, piece, self.link.room(self.now))
            if size > 0:
                self.carried += size
                self.free_at = max(self.now, self.free_at) + size / self.speed
                if self.link.sent(size, self.now, more=size < offered):
                    self._question()
            self.queues.append(max(0.0, self.free_at - self.now))

    def _question(self) -> None:
        if self.answers:
            self._answers.append(max(self.now, self.free_at) + self.delay)


@pytest.mark.parametrize("there_and_back", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("speed", [2_000, 5_000, 20_000, 200_000])
def test_what_is_on_its_way_is_soon_there_and_a_third_of_the_link_is_used(
    speed: int, there_and_back: float
) -> None:
    pipe = Pipe(Link(0.0), speed, there_and_back)
    pipe.run(30, 1_000_000)
    before, pipe.queues = pipe.carried, []
    pipe.run(60, 1_000_000)
    assert max(pipe.queues) <= 0.5
    assert pipe.carried - before >= speed * 60 / 3


def test_a_fast_link_is_never_slow_and_takes_a_screen_at_once() -> None:
    pipe = Pipe(Link(0.0), 10_000_000, 0.05)
    pipe.run(5, 1_000_000)
    assert not pipe.link.slow
    pipe.run(1, 0)
    assert pipe.link.room(pipe.now) == LARGEST


def test_a_slow_link_is_slow_and_one_that_recovers_is_not() -> None:
    pipe = Pipe(Link(0.0), 5_000, 0.05)
    pipe.run(20, 10_000)
    assert pipe.link.slow
    pipe.speed = 1_000_000
    pipe.run(200, 10_000)
    assert not pipe.link.slow


def test_one_stall_of_a_fast_link_is_no_slow_link() -> None:
    pipe = Pipe(Link(0.0), 1_000_000, 0.05)
    pipe.run(10, 10_000)
    pipe.free_at = pipe.now + 3
    pipe.run(10, 10_000)
    assert not pipe.link.slow


def test_a_limit_is_kept_whatever_the_link_carries() -> None:
    pipe = Pipe(Link(0.0, limit=5_000), 10_000_000, 0.01)
    pipe.run(60, 1_000_000)
    assert 0.9 * 5_000 * 60 <= pipe.carried <= 5_000 * 60 + 1_250
    assert pipe.link.slow
    assert pipe.link.rate(pipe.now) == pytest.approx(5_000, rel=0.1)


def test_a_terminal_that_never_answers_is_sent_everything_all_the_same() -> None:
    pipe = Pipe(Link(0.0), 1_000_000, 0.0, answers=False)
    pipe.run(5, 2_000)
    assert not pipe.link.waiting
    assert pipe.carried > 100_000
    assert not pipe.link.slow


def test_a_terminal_that_falls_silent_holds_nothing_up_for_ever() -> None:
    pipe = Pipe(Link(0.0), 1_000_000, 0.0)
    pipe.run(5, 2_000)
    pipe.answers = False
    pipe.run(1, 2_000)
    before = pipe.carried
    pipe.run(60, 2_000)
    assert pipe.carried > before
