"""The guard: on which verdicts it acts, how often it tries, and how it ends a run."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import snapshots
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Rewind
from tests.support.house import House


@pytest.fixture
def rng() -> Iterator[None]:
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)


pytestmark = pytest.mark.usefixtures("rng")
ROLLBACK = "watch.guard=rollback"


def test_by_default_it_only_watches(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.becomes("diverged")
    assert (house.said, house.stops, house.trainer.step) == ([], [], 30)


@pytest.mark.parametrize("verdict", ["memorising", "posterior-collapse", "warning", "healthy"])
def test_what_going_back_does_not_cure_is_left_alone(tmp_path: Path, verdict: str) -> None:
    house = House(tmp_path, ROLLBACK)
    house.becomes(verdict)
    assert (house.said, house.stops) == ([], [])


@pytest.mark.parametrize(("before", "step"), [("healthy", 20), ("unknown", 30)])
def test_from_modes_that_take_turns_it_goes_back_to_where_samples_were_well(
    tmp_path: Path, before: str, step: int
) -> None:
    house = House(tmp_path, ROLLBACK)
    for one in list(house.trainer.snapshots):
        house.trainer.snapshots.keep(replace(one, verdict=before))
    house.becomes("cycling")
    assert house.trainer.step == step


def test_it_goes_back_to_before_a_warning_that_stood_already(tmp_path: Path) -> None:
    house = House(tmp_path, ROLLBACK)
    house.trainer.watch.stand("fading-modes", "warning", since=12)
    house.trainer.watch.stand("collapsed", "critical", since=25)
    house.becomes("collapsed")
    assert house.trainer.step == 10


@pytest.mark.parametrize("verdict", ["diverged", "exploding", "collapsed"])
def test_it_goes_back_cuts_the_rates_and_says_so(tmp_path: Path, verdict: str) -> None:
    house = House(tmp_path, ROLLBACK, "watch.guard_factor=0.25")
    before = house.rates
    house.becomes(verdict)
    assert house.trainer.step == 20
    assert house.rates == [0.25 * rate for rate in before]
    assert house.trainer.objective.optimisers["generator"].param_groups[0]["lr"] == 0.25 * before[0]
    assert Rewind(step=20) in house.said
    (mark,) = house.marks
    assert (mark.step, mark.kind) == (20, "rollback")
    assert mark.text.startswith(f"{verdict}, guard 1 of 3: from step 30 back to 20")
    assert mark.text.endswith(f"seed 43. Step 30: {verdict}: 3 of 4")
    assert (house.facts["guard_used"], house.facts["verdict"]) == (1, "unknown")
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-000000020.pt"]


def test_a_state_that_did_not_help_is_not_tried_again(tmp_path: Path) -> None:
    house = House(tmp_path, ROLLBACK)
    reached = []
    for _ in range(3):
        house.trainer.step = 30
        house.becomes("diverged")
        reached.append(house.trainer.step)
    assert reached == [20, 10, 0]


def test_rates_fall_further_with_every_try(tmp_path: Path) -> None:
    house = House(tmp_path, ROLLBACK)
    first = house.rates[0]
    for _ in range(3):
        house.becomes("diverged")
    assert house.rates[0] == pytest.approx(first / 8)


@pytest.mark.parametrize(("tries", "used"), [(1, 0), (3, 0), (3, 2)])
def test_it_stops_after_its_tries_which_are_counted_over_resumptions(
    tmp_path: Path, tries: int, used: int
) -> None:
    house = House(tmp_path, ROLLBACK, f"watch.guard_tries={tries}", used=used)
    for _ in range(tries - used):
        house.becomes("collapsed")
    assert house.stops == []
    house.becomes("collapsed")
    counted = "1 try" if tries == 1 else f"{tries} tries"
    assert house.stops == [f"by the guard: {counted} did not help: collapsed: 3 of 4"]
    assert house.facts["guard_ended"] == house.guard.ended == f"{counted} did not help: collapsed: 3 of 4"
    assert house.facts.get("guard_used", used) == tries


def test_who_goes_back_by_hand_gives_it_all_its_tries_again(tmp_path: Path) -> None:
    house = House(tmp_path, ROLLBACK, used=3)
    assert house.rollback.asked({"factor": 0.5, "seed": 7})[0]
    assert house.facts["guard_used"] == 0
    house.becomes("diverged")
    assert house.stops == []
    assert house.marks[-1].text.startswith("diverged, guard 1 of 3")


def test_stop_stops_at_once(tmp_path: Path) -> None:
    house = House(tmp_path, "watch.guard=stop")
    house.becomes("exploding")
    assert house.stops == ["by the guard: exploding: 3 of 4"]
    assert house.trainer.step == 30


def test_with_nothing_to_go_back_to_it_stops(tmp_path: Path) -> None:
    house = House(tmp_path, ROLLBACK)
    house.trainer.snapshots.forget_after(-1)
    house.becomes("diverged")
    assert house.stops == ["by the guard: there was nothing to go back to: diverged: 3 of 4"]


@pytest.mark.parametrize("refused", [False, True])
def test_where_there_is_no_room_for_the_state_that_is_left_it_goes_back_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, refused: bool
) -> None:
    """Nobody needs that state but for a rate that is refused after all: then it keeps the rate of then."""
    house, copy, tried = House(tmp_path, ROLLBACK), snapshots.copy, list[object]()
    before = house.rates

    def full_at_first(state: object, *, to_host: bool = False) -> object:
        tried.append(state)
        if len(tried) <= 2:
            raise MemoryError
        return copy(state, to_host=to_host)

    def refuse(_: object) -> None:
        raise UsageError("no", "never")

    monkeypatch.setattr(snapshots, "copy", full_at_first)
    if refused:
        monkeypatch.setattr(house.trainer, "adopt", refuse)
    house.becomes("diverged")
    assert (house.stops, house.trainer.step, house.facts["guard_used"]) == ([], 20, 1)
    assert house.rates == [rate if refused else rate / 2 for rate in before]
    (mark,) = house.marks
    assert mark.text.startswith("diverged, guard 1 of 3: from step 30 back to 20")
    assert (".lr" in mark.text) == (not refused)


@pytest.mark.parametrize("never", [False, True])
def test_the_state_that_is_left_makes_room_for_the_one_to_go_back_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, never: bool
) -> None:
    """Where not even that helps it stops, and says so in a line."""
    house, copy, taken = House(tmp_path, ROLLBACK), snapshots.copy, list[object]()

    def full(state: object, *, to_host: bool = False) -> object:
        taken.append(state)
        if len(taken) in (2, 3) or (never and len(taken) > 1):
            raise MemoryError
        return copy(state, to_host=to_host)

    monkeypatch.setattr(snapshots, "copy", full)
    house.becomes("diverged")
    if never:
        said = "by the guard: there is too little memory to go back to step 20; end other processes here"
        assert [one[: len(said)] for one in house.stops] == [said]
        assert house.trainer.step == 30
    else:
        assert (house.stops, house.trainer.step, house.facts["guard_used"]) == ([], 20, 1)


def test_what_it_is_told_while_all_is_bad_it_does_at_the_next_step(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.becomes("collapsed")
    house.sets("rollback")
    house.steps()
    assert house.trainer.step == 20
    house.steps()  # which is good again
    assert house.facts["guard_used"] == 1
    house.sets("warn")
    house.becomes("collapsed")
    house.sets("stop")
    house.steps()
    assert house.stops == ["by the guard: collapsed: 3 of 4"]


def test_a_run_that_is_resumed_while_all_is_bad_goes_back(tmp_path: Path) -> None:
    house = House(tmp_path, ROLLBACK)
    house.diverges()
    house.take_up(diverged="loss/generator is not a number")
    house.steps()
    assert house.trainer.step == 20
    assert house.marks[0].text.startswith("diverged, guard 1 of 3: from step 30 back to 20")


@pytest.mark.parametrize("guard", ["stop", "rollback"])
def test_who_resumes_a_run_is_not_stopped_for_what_they_have_seen(tmp_path: Path, guard: str) -> None:
    house = House(tmp_path, f"watch.guard={guard}")
    house.trainer.snapshots.forget_after(-1)  # nothing to go back to
    house.diverges()
    house.take_up(diverged="no number")
    house.steps()
    assert house.stops == []
    house.becomes("diverged")
    assert len(house.stops) == 1


def test_who_resumes_a_run_can_still_have_it_stopped_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.diverges()
    house.take_up(diverged="loss/generator is not a number")
    house.sets("stop")
    house.steps()
    assert house.stops == ["by the guard: loss/generator is not a number"]
