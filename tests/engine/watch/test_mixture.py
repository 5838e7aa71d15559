"""Modes of a known mixture, counted; and what the alarms make of the count."""

import math

import pytest
import torch
from torch import Tensor

from latentop.engine.data import load
from latentop.engine.watch.samples.mixture import COUNTED, REAL_QUALITY, MixtureMeter, count
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.presets.data import Grid, Ring
from latentop.presets.watch import Watch

CPU = torch.device("cpu")
RING = load(Ring(points=5000), CPU)
assert RING.mixture is not None
CENTRES, SD = RING.mixture.centres, RING.mixture.sd


def meter() -> MixtureMeter:
    return MixtureMeter(real=RING.test, centres=CENTRES, sd=SD, classes=RING.classes)


def drawn(modes: list[int], *, sd: float = SD, seed: int = 0) -> Tensor:
    """Samples spread evenly over some modes of the ring."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.tensor(modes)[torch.arange(COUNTED) % len(modes)]
    return CENTRES[chosen] + sd * torch.randn(COUNTED, 2, generator=generator)


def test_samples_are_counted_by_nearest_mode_and_by_three_standard_deviations() -> None:
    samples = torch.stack([CENTRES[0], CENTRES[0] + torch.tensor([2.9 * SD, 0]), CENTRES[3] * 0.9])
    counted = count(samples, CENTRES, SD)
    assert counted.assigned.tolist() == [2, 0, 0, 1, 0, 0, 0, 0]
    assert counted.good.tolist() == [2, 0, 0, 0, 0, 0, 0, 0]
    assert counted.modes == 1
    assert counted.quality == pytest.approx(2 / 3)


def test_reverse_kl_is_zero_for_even_modes_and_known_for_lost_ones() -> None:
    assert count(CENTRES, CENTRES, SD).reverse_kl == pytest.approx(0)
    assert count(CENTRES[:1], CENTRES, SD).reverse_kl == pytest.approx(math.log(8))
    assert count(CENTRES[:6], CENTRES, SD).reverse_kl == pytest.approx(math.log(8 / 6))


@pytest.mark.parametrize("spec", [Ring(points=5000), Grid(points=5000)])
def test_real_data_have_every_mode_and_the_quality_that_theory_says(spec: Ring | Grid) -> None:
    data = load(spec, CPU)
    assert data.mixture is not None
    counted = count(data.test, data.mixture.centres, data.mixture.sd)
    assert counted.modes == len(data.classes)
    assert counted.quality == pytest.approx(REAL_QUALITY, abs=0.005)
    assert counted.reverse_kl < 0.001


def test_real_points_read_as_real() -> None:
    reading = meter().read(RING.test)
    assert reading.modes == 8
    assert reading.lost == ()
    assert reading.coverage.relative == 1
    assert reading.precision.relative == pytest.approx(1, abs=0.01)
    assert reading.apart == pytest.approx(1, abs=0.2)
    assert all(share == pytest.approx(1, abs=0.15) for share in reading.presence.values())


@pytest.mark.parametrize("side", [5, 12, 16])
def test_chance_loses_none_of_however_many_modes(side: int) -> None:
    data = load(Grid(side=side, points=20_000), CPU)
    assert data.mixture is not None
    one = MixtureMeter(real=data.test, centres=data.mixture.centres, sd=data.mixture.sd, classes=data.classes)
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        chosen = torch.randint(side * side, (one.samples,), generator=generator)
        noise = data.mixture.sd * torch.randn(one.samples, 2, generator=generator)
        assert one.read(data.mixture.centres[chosen] + noise).lost == ()


def test_a_reading_names_the_modes_that_are_lost() -> None:
    reading = meter().read(drawn([0, 1, 2, 4, 5, 7]))
    assert reading.modes == 6
    assert reading.lost == ("135°", "270°")
    series = reading.series()
    assert series["diversity/modes"] == 6
    assert series["diversity/coverage"] == 0.75
    assert series["diversity/reverse-kl"] == pytest.approx(math.log(8 / 6), abs=0.01)
    assert 0.95 < series["diversity/quality"] <= 1


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="compares 2500"):
        meter().read(RING.test[:100])


def conditions(modes: list[int]) -> dict[str, bool]:
    """What the alarms say of samples that had every mode for a while, and then only these."""
    one, collapse = meter(), Collapse(Watch())
    for seed in range(4):
        collapse.judge(one.read(drawn(list(range(8)), seed=seed)), seed)
    found = {condition.name: condition.bad for condition in collapse.judge(one.read(drawn(modes)), 4)}
    assert not found.pop("cycling")
    assert not found.pop("fading-modes")
    assert not found.pop("memorising")
    return found


def test_the_alarms_tell_collapse_from_a_lost_mode() -> None:
    assert conditions(list(range(8))) == {"collapsed": False, "lost-modes": False}
    assert conditions([0, 1, 2, 3, 4, 5]) == {"collapsed": False, "lost-modes": True}
    assert conditions([0, 3]) == {"collapsed": True, "lost-modes": False}


def test_a_mode_is_lost_only_if_it_was_there_or_ought_to_have_come_long_ago() -> None:
    one, collapse = meter(), Collapse(Watch())
    warned = []
    for seed in range(16):
        found = collapse.judge(one.read(drawn([0, 1, 2, 3, 4, 5, 6], seed=seed)), 200 * seed)
        warned += [200 * seed for condition in found if condition.name == "lost-modes" and condition.bad]
    assert warned[0] == 1_000  # the sixth check


def test_a_mode_with_next_to_no_samples_is_not_there() -> None:
    samples = drawn([0, 1, 2, 3, 4, 5, 6])
    samples[:10] = CENTRES[7]
    assert meter().read(samples).lost == (RING.classes[7],)


def test_a_young_generator_is_bad_but_not_collapsed() -> None:
    collapse = Collapse(Watch())
    scattered = torch.randn(COUNTED, 2, generator=torch.Generator().manual_seed(0))
    for step in range(20):
        found = collapse.judge(meter().read(scattered), step)
        assert not any(condition.bad for condition in found)
        assert not any(condition.settled for condition in found if condition.name == "collapsed")


def test_narrow_modes_alone_are_no_collapse() -> None:
    """GANs make modes narrower than they are: every one is there, and nothing is lost."""
    one, collapse = meter(), Collapse(Watch())
    for seed in range(6):
        found = collapse.judge(one.read(drawn(list(range(8)), sd=SD / 10, seed=seed)), seed)
    assert found
    assert not any(condition.bad for condition in found)
