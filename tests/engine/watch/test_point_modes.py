"""Modes of points that nobody has named are found, and what GANs do to them is told from collapse."""

import math
import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from latentop.engine.run.events import AlarmRaised
from latentop.engine.watch.samples.mixture import Worth
from latentop.engine.watch.samples.point_modes import PointMeter
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.presets.watch import DEFAULTS
from tests.support.tiers import few

Data = Callable[[int, int, float], Tensor]


def chance(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def around(centres: Tensor, weights: Tensor, count: int, seed: int, sd: float) -> Tensor:
    drawn = torch.multinomial(weights, count, True, generator=chance(seed))
    return centres[drawn] + sd * torch.randn(count, centres.shape[1], generator=chance(seed + 1))


def ring(count: int, seed: int, narrow: float = 1.0, *, only: int = 8) -> Tensor:
    angles = torch.arange(8) * math.pi / 4
    weights = (torch.arange(8) < only).float()
    return around(torch.stack([angles.cos(), angles.sin()], 1), weights, count, seed, 0.05 * narrow)


def grid(count: int, seed: int, narrow: float = 1.0) -> Tensor:
    places = torch.cartesian_prod(torch.arange(5.0), torch.arange(5.0)) * 2
    return around(places, torch.ones(25), count, seed, 0.05 * narrow)


def uneven(count: int, seed: int, narrow: float = 1.0) -> Tensor:
    return around(torch.eye(3), torch.tensor([0.7, 0.25, 0.05]), count, seed, 0.05 * narrow)


def moons(count: int, seed: int, narrow: float = 1.0) -> Tensor:
    turn = math.pi * torch.rand(count, generator=chance(seed))
    upper = torch.rand(count, generator=chance(seed + 1)) < 0.5
    across, up = (
        torch.where(upper, turn.cos(), 1 - turn.cos()),
        torch.where(upper, turn.sin(), 0.5 - turn.sin()),
    )
    return torch.stack([across, up], 1) + 0.06 * narrow * torch.randn(count, 2, generator=chance(seed + 2))


def spiral(count: int, seed: int, narrow: float = 1.0) -> Tensor:
    turn = 1.5 * math.pi * (1 + 2 * torch.rand(count, generator=chance(seed)))
    noise = 0.05 * narrow * torch.randn(count, 2, generator=chance(seed + 1))
    return torch.stack([turn * turn.cos(), turn * turn.sin()], 1) / 10 + noise


def cloud(count: int, seed: int, narrow: float = 1.0) -> Tensor:
    return (0.5 + 0.5 * narrow) * torch.randn(count, 2, generator=chance(seed))


ALL: list[Data] = [ring, grid, uneven, moons, spiral, cloud]


@pytest.mark.parametrize("real", few([200, 1000, 6144], 1))
@pytest.mark.parametrize("data", ALL, ids=lambda one: one.__name__)
def test_healthy_samples_have_all_modes_also_where_these_are_narrower(data: Data, real: int) -> None:
    meter = PointMeter(data(real, 0, 1.0))
    for narrow in (1.0, 0.25):
        reading = meter.read(data(meter.samples, 50, narrow))
        assert reading.coverage.relative > 0.8
        assert reading.precision.relative > 0.95
        collapse = Collapse(DEFAULTS)
        for check in range(20):
            found = collapse.judge(meter.read(data(meter.samples, 100 + check, narrow)), 100 * check)
            assert not [one.name for one in found if one.bad and one.severity == "critical"]


@pytest.mark.parametrize(("data", "modes"), [(ring, 8), (grid, 25), (uneven, 3), (moons, 2)])
def test_modes_with_gaps_between_them_are_counted(data: Data, modes: int) -> None:
    assert len(PointMeter(data(6144, 0, 1.0)).classes) == modes


@pytest.mark.parametrize("left", [1, 4, 7])
def test_modes_that_are_gone_are_missed(left: int) -> None:
    meter = PointMeter(ring(2000, 0))
    reading = meter.read(ring(meter.samples, 50, only=left)[:, None, None, :])
    assert (reading.modes, len(reading.lost)) == (left, 8 - left)
    assert reading.coverage.relative == left / 8
    collapse = Collapse(DEFAULTS)
    for check in range(10):
        collapse.judge(meter.read(ring(meter.samples, 60 + check)), check)
    found = {one.name: one.bad for one in collapse.judge(reading, 11)}
    assert found["collapsed"] == (left < 5)


@pytest.mark.parametrize(
    ("seen", "pace", "first"),
    [(True, 1, 3), (True, 500, 3), (False, 500, 6), (False, 100, 11), (False, 10, 40)],
)
def test_one_mode_that_is_gone_is_told_and_one_that_never_came_much_later(
    seen: bool, pace: int, first: int
) -> None:
    """Of checks that are so many steps apart."""
    meter, collapse, alarms = PointMeter(ring(2000, 0)), Collapse(DEFAULTS), Alarms(patience=3)
    for check in range(-3, 0) if seen else ():
        collapse.judge(meter.read(ring(meter.samples, 60 + check)), pace * (check + 3))
    told = []
    for check in range(60):
        found = collapse.judge(meter.read(ring(meter.samples, 70 + check, only=7)), pace * (check + 3))
        told += [(check, one) for one in alarms.update(found, step=check, wall=0.0)]
    ((check, alarm),) = told
    assert isinstance(alarm, AlarmRaised)
    assert check == first - 1
    assert re.match("samples show 7 of 8 modes, lost: mode [1-8] ", alarm.sentence)


def test_samples_that_are_like_nothing_real_are_bad_and_all_the_same_is_one_mode() -> None:
    meter = PointMeter(ring(2000, 0))
    assert meter.read(torch.rand(meter.samples, 2) * 4 - 2).precision.relative < 0.2
    same = meter.read(torch.tensor([[1.0, 0.0]]).expand(meter.samples, 2))
    assert (same.modes, same.series()["diversity/duplicates"]) == (1, 0.0)


@pytest.mark.parametrize("data", ALL, ids=lambda one: one.__name__)
def test_points_that_all_came_to_one_place_are_a_collapse_however_bad_they_were_before(data: Data) -> None:
    meter, collapse = PointMeter(data(2000, 0, 1.0)), Collapse(DEFAULTS)
    aside = torch.full((meter.samples, data(1, 0, 1.0).shape[1]), 7.0)
    verdicts = []
    for check in range(20):
        place = aside + 0.001 * torch.randn(aside.shape, generator=chance(check))
        found = collapse.judge(meter.read(place), 200 * check)
        verdicts.append(any(one.bad and one.name == "collapsed" for one in found))
    assert not any(verdicts[:5])
    assert verdicts[-1]


@pytest.mark.parametrize("side", [2, 4, 6])
def test_however_many_modes_there_are_a_few_of_them_are_not_one_place(side: int) -> None:
    places = torch.cartesian_prod(torch.arange(float(side)), torch.arange(float(side))) * 2
    meter = PointMeter(around(places, torch.ones(side * side), 6144, 0, 0.05))

    def alike(samples: Tensor) -> bool:
        reading = meter.read(samples)
        return reading.effective.relative < reading.alike_below

    few = (torch.arange(side * side) < 3).float()
    assert not alike(around(places, few, meter.samples, 7, 0.0001))
    assert not alike(around(places, (few > 0).float(), meter.samples, 7, 0.05))
    assert alike(around(places + 0.7, (torch.arange(side * side) < 1).float(), meter.samples, 7, 0.0001))


@pytest.mark.parametrize("modes", [1, 64, 1000])
def test_all_in_one_place_is_next_to_nothing_however_many_modes_there_should_be(modes: int) -> None:
    centres = 10 * torch.rand(modes, 2, generator=chance(0)).double() + 1e6
    worth = Worth(around(centres, torch.ones(modes), 1000, 1, 0.01), modes)
    assert worth.real > 8
    assert worth.measure(around(centres, torch.ones(modes), 1000, 3, 0.01)).relative > 0.8
    one = worth.measure(around(centres[:1], torch.ones(1), 1000, 3, 0.0001))
    assert one.raw < 1.5
    assert one.relative < 0.2


@pytest.mark.parametrize("data", ALL, ids=lambda one: one.__name__)
def test_points_that_are_bad_and_unlike_one_another_are_no_collapse(data: Data) -> None:
    meter, collapse = PointMeter(data(2000, 0, 1.0)), Collapse(DEFAULTS)
    for check in range(20):
        found = collapse.judge(meter.read(data(meter.samples, 10 * check, 1.0) * 0.5 + 30.0), 200 * check)
        assert not [one for one in found if one.bad and one.name == "collapsed"]


def test_one_dimension_and_points_that_repeat_are_measured() -> None:
    line = torch.cat([torch.zeros(300, 1), torch.ones(300, 1)])
    meter = PointMeter(line)
    reading = meter.read(line.repeat(10, 1))
    assert reading.coverage.relative == 1.0
    assert reading.effective.relative > reading.alike_below
