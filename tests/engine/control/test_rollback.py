"""Going back as it is asked for: to which state, with which learning rates, and what is refused."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from latentop.engine.checkpoint import snapshots
from latentop.engine.run.errors import UsageError
from latentop.presets import live
from tests.support.house import House


@pytest.fixture(autouse=True)
def rng() -> Iterator[None]:
    state = torch.get_rng_state()
    yield
    torch.set_rng_state(state)


@pytest.mark.parametrize(
    ("arguments", "reached"), [({}, 20), ({"step": 20}, 20), ({"step": 19}, 10), ({"step": 0}, 0)]
)
def test_to_the_newest_state_up_to_the_step_that_is_named(
    tmp_path: Path, arguments: Mapping[str, Any], reached: int
) -> None:
    house = House(tmp_path)
    applied, text = house.rollback.asked(arguments)
    assert applied
    assert text == f"from step 30 back to {reached}"
    assert house.trainer.step == reached
    assert [one.step for one in house.trainer.snapshots][-1] == reached


def test_to_the_last_state_of_before_the_trouble_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    monkeypatch.setattr(type(house.trainer.watch), "since", 15)
    assert house.rollback.asked({}) == (True, "from step 30 back to 10")


def test_a_warning_has_begun_before_it_is_raised(tmp_path: Path) -> None:
    """States are kept until it is raised: the newest of them lie inside the trouble."""
    house = House(tmp_path)
    house.trainer.watch.stand("lost-modes", "warning", since=15)
    assert house.rollback.asked({}) == (True, "from step 30 back to 10")


def test_where_all_that_is_kept_is_of_after_it_began_that_is_said(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.trainer.watch.stand("lost-modes", "warning", since=0)
    told = "from step 30 back to 0, every state kept is from after the alarm began"
    assert house.rollback.asked({}) == (True, told)
    assert house.marks[-1].text == told


def test_rates_may_be_scaled_and_random_numbers_others(tmp_path: Path) -> None:
    house = House(tmp_path)
    applied, text = house.rollback.asked({"factor": 0.5, "seed": 7})
    assert applied
    told = "generator.lr 0.01 → 0.005, discriminator.lr 0.01 → 0.005, seed 7"
    assert text == f"from step 30 back to 20, {told}"
    rates = [one.param_groups[0]["lr"] for one in house.trainer.objective.optimisers.values()]
    assert sorted(rates) == [0.005, 0.005]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"factor": 5000}, "accepted: a number above 0 up to 10"),
        ({"to": 3}, "unknown field `to`; it takes step, factor, seed"),
        ({"seed": -1}, "`int` >= 0 - at `$.seed`; it takes"),
        ({"seed": 2**32}, "`int` <= 4294967295 - at `$.seed`; it takes"),
        ({"step": "4"}, "Expected `int | null`, got `str` - at `$.step`; it takes"),
        ({"factor": "half"}, "Expected `float | null`, got `str` - at `$.factor`; it takes"),
    ],
)
def test_what_is_refused_changes_nothing(tmp_path: Path, arguments: Mapping[str, Any], why: str) -> None:
    house = House(tmp_path)
    applied, text = house.rollback.asked(arguments)
    assert not applied
    assert why in text
    assert (house.said, house.trainer.step) == ([], 30)


def test_length_and_what_is_watched_stay_as_they_are(tmp_path: Path) -> None:
    house = House(tmp_path)
    now = {"steps": 2000, "watch.guard_tries": 5, "generator.beta1": 0.25}
    house.trainer.adopt(live.changed(house.trainer.preset, now))
    assert house.rollback.asked({})[0]
    preset = live.settings(house.trainer.preset)
    assert (preset["steps"], preset["watch.guard_tries"], preset["generator.beta1"]) == (2000, 5, 0.0)


def test_a_step_before_all_states_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    house = House(tmp_path)
    late = [one for one in house.trainer.snapshots if one.step]
    house.trainer.snapshots.forget_after(-1)
    assert house.rollback.asked({}) == (
        False,
        "there is no good snapshot to go back to; they come while training goes well",
    )
    for one in late:
        house.trainer.snapshots.keep(one)
    assert house.rollback.asked({"step": 9}) == (False, "no snapshot at step 9 or before; there are: 10, 20")


def test_alarms_of_the_abandoned_future_stay_in_the_mark_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.becomes("collapsed")
    house.rollback.asked({})
    house.rollback.asked({})
    assert ["collapsed: 3 of 4" in mark.text for mark in house.marks] == [True, False]


@pytest.mark.parametrize("short", [False, True])
def test_what_is_refused_has_not_been_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, short: bool
) -> None:
    """As where the settings of then can't be had with the images that are there now; if memory is short, too.

    Then there is room for the state that is left, and for a copy of that of then, and for no other.
    """
    house, copy, copies = House(tmp_path), snapshots.copy, list[object]()
    trainer = house.trainer
    steps, step = [one.step for one in trainer.snapshots], trainer.step
    weights = [one.clone() for one in trainer.objective.networks["generator"].parameters()]

    def refuse(_: object) -> None:
        raise UsageError("batch = 32 can't be drawn from 28 training images", "set batch to 28")

    def copied(state: object, *, to_host: bool = False) -> object:
        copies.append(state)
        if short and len(copies) > 2:
            raise MemoryError
        return copy(state, to_host=to_host)

    with monkeypatch.context() as now:
        now.setattr(trainer, "adopt", refuse)
        now.setattr(snapshots, "copy", copied)
        applied, text = house.rollback.asked({"step": 10})
    assert not applied
    assert text.startswith("batch = 32 can't be drawn")
    assert (trainer.step, [one.step for one in trainer.snapshots]) == (step, steps)
    after = list(trainer.objective.networks["generator"].parameters())
    assert all(torch.equal(one, other) for one, other in zip(weights, after, strict=True))
