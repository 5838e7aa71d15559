"""The ring of good states: what gets into it, what stays, and that a copy is one."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from latentop.engine.checkpoint.snapshots import (
    BUDGET,
    EVERY_SECONDS,
    KEPT,
    Snapshot,
    Snapshots,
    copy,
    densest,
)
from latentop.engine.data import load
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.watch import Watch
from latentop.presets import catalogue, schema

CPU = torch.device("cpu")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(clock: Clock) -> Snapshots:
    return Snapshots(clock=clock)


def steps(ring: Snapshots) -> list[int]:
    return [one.step for one in ring]


def offer(ring: Snapshots, step: int, verdict: str = "healthy") -> bool:
    return ring.offer(lambda: {"step": step}, step=step, wall=1.0 * step, verdict=verdict)


def keep(ring: Snapshots, *kept: int) -> None:
    for step in kept:
        ring.keep(Snapshot(step=step, wall=0.0, verdict="healthy", state={}))


def test_of_large_networks_fewer_states_are_kept(ring: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentop.engine.checkpoint.snapshots.HOST_ROOM", 3 * 4 * 1000)
    state = {"networks": {"generator": {"weight": torch.zeros(1000)}}}
    for step in range(6):
        ring.keep(Snapshot(step=step, wall=0.0, verdict="healthy", state=state))
    assert len(steps(ring)) == 3
    assert {0, 5} <= set(steps(ring))
    larger = {"networks": {"generator": {"weight": torch.zeros(100_000)}}}
    ring.keep(Snapshot(step=6, wall=0.0, verdict="healthy", state=larger))
    assert steps(ring) == [0, 6], "the first and the newest, whatever they take"


@pytest.mark.parametrize("verdict", ["warning", "collapsed", "diverged", "memorising"])
def test_where_something_is_wrong_nothing_is_taken(ring: Snapshots, verdict: str) -> None:
    assert not ring.due(verdict)
    assert ring.due("healthy")
    assert ring.due("unknown")


def test_a_state_is_kept_once_the_next_look_finds_nothing_wrong(ring: Snapshots) -> None:
    assert not offer(ring, 10, "unknown")
    assert steps(ring) == []
    assert not ring.due("healthy")
    assert ring.judge("healthy")
    assert [(one.step, one.verdict) for one in ring] == [(10, "healthy")]


def test_a_state_in_which_trouble_was_about_to_show_is_not_kept(ring: Snapshots) -> None:
    offer(ring, 10)
    assert not ring.judge("diverged")
    assert not ring.judge("healthy")
    assert steps(ring) == []


def test_the_state_before_the_first_step_needs_no_look(ring: Snapshots) -> None:
    assert offer(ring, 0, "unknown")
    assert steps(ring) == [0]


def test_snapshots_come_more_seldom_as_training_goes_on(ring: Snapshots, clock: Clock) -> None:
    taken = []
    while clock.now < 60:
        if ring.due("healthy"):
            taken.append(clock.now)
            offer(ring, int(clock.now * 10))
            ring.judge("healthy")
        clock.now += 0.5
    gaps = [later - earlier for earlier, later in pairwise(taken)]
    assert gaps == sorted(gaps)
    assert gaps[0] == 1.0
    assert gaps[-1] == EVERY_SECONDS


def test_what_takes_long_is_taken_seldom_enough(ring: Snapshots, clock: Clock) -> None:
    def slow() -> dict[str, Any]:
        clock.now += 1.0
        return {}

    ring.offer(slow, step=5, wall=0.0, verdict="healthy")
    ring.judge("healthy")
    clock.now = 0.99 / BUDGET
    assert not ring.due("healthy")
    clock.now = 1.01 / BUDGET
    assert ring.due("healthy")


def test_the_ring_keeps_both_ends_and_is_dense_of_late(ring: Snapshots) -> None:
    keep(ring, *range(0, 1001, 10))
    kept = steps(ring)
    assert len(kept) == KEPT
    assert kept[0] == 0
    assert kept[-2:] == [990, 1000]
    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert gaps[0] > 4 * gaps[-1]


def test_however_long_it_trains_a_state_stays_from_well_before_the_newest(ring: Snapshots) -> None:
    """An alarm tells of what began some looks ago; the first state of all is too long ago to go back to."""
    for step in range(3000):
        keep(ring, step)
        if step > 100:
            assert step - steps(ring)[1] > max(30, step / 10)


def test_of_neighbours_equally_far_apart_the_oldest_goes() -> None:
    assert densest([0, 100, 200, 300]) == 1
    assert densest([0, 100, 290, 295, 300]) == 1
    assert densest([0, 5, 10, 290, 300]) == 1


def test_of_the_same_step_only_the_newest_is_kept(ring: Snapshots) -> None:
    keep(ring, 20, 30, 30)
    assert steps(ring) == [20, 30]


def test_the_one_before_a_step_or_the_oldest_of_all(ring: Snapshots) -> None:
    assert ring.before(10) is None
    keep(ring, 20, 30, 40)
    found = [ring.before(step) for step in (35, 40, 41, float("inf"), 20, 3)]
    assert [one.step for one in found if one] == [30, 30, 40, 40, 20, 20]


def test_an_abandoned_future_is_forgotten(ring: Snapshots, clock: Clock) -> None:
    keep(ring, 20, 30, 40)
    offer(ring, 50)
    ring.forget_after(30)
    assert not ring.judge("healthy")
    assert steps(ring) == [20, 30]
    assert ring.facts().values == {"snapshots": ((20, 0.0, "healthy", False), (30, 0.0, "healthy", False))}


@pytest.mark.parametrize("to_host", [False, True])
def test_a_copy_shares_no_tensor(to_host: bool) -> None:
    weight = torch.ones(3, requires_grad=True)
    momentum = torch.zeros(2)
    state = {"networks": {"a": weight}, "groups": [{"betas": (0.5, momentum)}], "texts": ["a"], "n": 3}
    copied = copy(state, to_host=to_host)
    with torch.no_grad():
        weight.zero_()
        momentum += 1
    assert copied["networks"]["a"].tolist() == [1.0, 1.0, 1.0]
    assert not copied["networks"]["a"].requires_grad
    half, kept = copied["groups"][0]["betas"]
    assert (half, kept.tolist()) == (0.5, [0.0, 0.0])
    assert (copied["texts"], copied["n"]) == (["a"], 3)


def test_one_that_is_judged_late_does_not_push_out_a_newer_one(ring: Snapshots, clock: Clock) -> None:
    """As where somebody changes a setting between an offer and the look after it."""
    keep(ring, 10)
    offer(ring, 100)
    keep(ring, 120)
    assert ring.judge("healthy")
    assert steps(ring) == [10, 100, 120]


def test_where_the_device_is_full_a_state_is_kept_by_the_machine(
    ring: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = torch.arange(3.0)

    def full(_: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(torch.Tensor, "clone", full)
    snapshot = ring.take(lambda: {"step": 1, "weights": weights}, step=1, wall=0.0, verdict="healthy")
    assert snapshot.state["weights"].tolist() == [0.0, 1.0, 2.0]
    assert snapshot.state["weights"].data_ptr() != weights.data_ptr()


def test_a_full_device_does_not_keep_a_training_from_going_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that lie there already are copied into by way of the machine's memory."""
    spec = catalogue.load(catalogue.find("stacked"), ["device=cpu", "data.train=512"])
    trainer = Trainer(spec, load(spec.data, CPU), CPU, wall=lambda: 0.0, clock=lambda: 0.0)
    snapshot = trainer.take_snapshot()
    (network,) = trainer.objective.networks.values()
    before = [one.detach().numpy().copy() for one in network.parameters()]
    with torch.no_grad():
        for one in network.parameters():
            one.add_(1.0)

    def full(_: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with monkeypatch.context() as patch:
        patch.setattr(torch.Tensor, "clone", full)
        trainer.go_back(snapshot)
    after = [one.detach().numpy() for one in network.parameters()]
    assert all(np.array_equal(one, was) for one, was in zip(after, before, strict=True))


def numbers(state: Any) -> int:
    """How many Python numbers a state holds."""
    match state:
        case dict():
            return sum(numbers(value) for value in state.values())
        case list() | tuple():
            return sum(numbers(value) for value in state)
        case int() | float():
            return 1
    return 0


def test_what_the_watch_remembers_is_copied_as_arrays() -> None:
    """One by one, a hundred thousand numbers take as long as many a step."""
    watch, steps = Watch(schema.Watch(), None, clock=Clock()), np.arange(1, 9001, dtype=np.int64)
    names = ("loss/generator", "loss/discriminator", "grad/generator", "accuracy/discriminator")
    watch.observe(steps, {name: np.ones(9000) for name in names}, wall=0.0)
    assert numbers(copy(watch.state())) < 2000
