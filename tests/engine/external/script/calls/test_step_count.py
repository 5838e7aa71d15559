"""A script's steps where its run goes back: those of its own counter, and those that take up ``run.step``."""

import pytest

from latentop.engine.external.script.calls.step_count import StepCount
from latentop.engine.run.errors import UsageError


class Counted:
    """A run that counts by it, as a session does."""

    def __init__(self, *, resumed: bool = False, step: int = 0) -> None:
        self.told: list[str] = []
        self.count = StepCount(resumed=resumed, tell=self.told.append)
        self.step = step

    def log(self, step: int | None) -> int | None:
        at = self.count.placed(step, self.step)
        self.step = self.step if at is None else at
        return at

    def back(self, to: int) -> None:
        before, self.step = self.step, to
        self.count.went_back(before, to)


@pytest.mark.parametrize("stride", [1, 10])
@pytest.mark.parametrize("resumed", [False, True])
def test_a_script_that_takes_up_the_step_of_the_run_counts_as_the_run_does(
    stride: int, *, resumed: bool
) -> None:
    run = Counted(resumed=resumed, step=50 if resumed else 0)
    for steps_back in (7, 1, 4):
        for _ in range(8):
            assert run.log(run.step + stride) == run.step
        run.back(run.step - steps_back * stride)
        expected = run.step + stride
        assert run.log(run.step + stride) == expected
        assert run.log(run.step + stride) == expected + stride
    assert run.told == []


@pytest.mark.parametrize(("resumed", "first"), [(False, 1), (True, 51), (True, 1)])
def test_a_script_with_its_own_counter_goes_on_where_the_run_is(first: int, *, resumed: bool) -> None:
    """Also one that counts anew where it is resumed."""
    run = Counted(resumed=resumed, step=50 if resumed else 0)
    own = first - 1
    for steps_back in (7, 1, 4):
        for _ in range(8):
            own += 1
            run.log(own)
        before = run.step
        run.back(before - steps_back)
        assert run.log(own) is None, "the rest of the abandoned step is nobody's"
        own += 1
        assert run.log(own) == before - steps_back + 1
        assert run.log(own) == run.step, "a second call tells of the same step"
    assert run.told


def test_its_offset_is_told_once_it_is_known() -> None:
    run = Counted()
    run.log(1551)
    run.back(1238)
    assert run.told == []
    assert run.log(1552) == 1239
    assert run.told == ["the script counts by itself: its step 1 552 is step 1 239 here"]


def test_a_script_that_gives_no_steps_goes_on_from_the_state_gone_back_to() -> None:
    run = Counted()
    for _ in range(9):
        run.log(None)
    run.back(4)
    assert [run.log(None), run.log(None)] == [5, 6]


def test_what_follows_of_the_abandoned_step_is_not_that_of_the_state_gone_back_to() -> None:
    run = Counted()
    for step in range(1, 10):
        run.log(step)
    run.back(4)
    assert run.log(run.step) is None
    assert run.log(run.step + 1) == 5


def test_going_back_twice_at_once_counts_both() -> None:
    for next_step in (10, 3):
        run = Counted()
        for step in range(1, 10):
            run.log(step)
        run.back(6)
        run.back(2)
        assert run.log(next_step) == 3


def test_steps_that_do_not_grow_are_refused_by_the_script_s_own_count() -> None:
    run = Counted()
    for step in range(1, 10):
        run.log(step)
    with pytest.raises(UsageError, match="step 8 comes after step 9"):
        run.log(8)
    run.back(6)
    with pytest.raises(UsageError, match="step 5 comes after step 9"):
        run.log(5)
    assert run.log(10) == 7
    with pytest.raises(UsageError, match="step 9 comes after step 10"):
        run.log(9)


def test_pictures_lie_at_the_step_that_they_are_of() -> None:
    run = Counted()
    for step in range(1, 10):
        run.log(step)
    run.back(6)
    assert [run.count.shown(step, run.step) for step in (5, 6, 10)] == [5, 6, 7]
    run.log(10)
    assert [run.count.shown(step, run.step) for step in (7, 10, 11)] == [7, 7, 8]
