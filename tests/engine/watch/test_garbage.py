"""A contest that is even is healthy or hopeless; only the samples tell which."""

import numpy as np
import torch

from latentop.engine.watch.samples.mixture import COUNTED, MixtureMeter, MixtureReading
from latentop.engine.watch.verdict.alarms import Alarms, Condition
from latentop.engine.watch.verdict.garbage import HOPELESS, WINDOW, Garbage
from tests.engine.watch.test_mixture import CENTRES, RING, SD, drawn

METER = MixtureMeter(real=RING.test, centres=CENTRES, sd=SD, classes=RING.classes)
GOOD = METER.read(drawn(list(range(8))))
NOISE = METER.read(torch.randn(COUNTED, 2, generator=torch.Generator().manual_seed(0)) * 3)


def judged(garbage: Garbage, accuracy: float, reading: MixtureReading, checks: int) -> list[Condition]:
    found = []
    for _ in range(checks):
        garbage.observe({"accuracy/discriminator": np.full(WINDOW, accuracy)})
        found += garbage.judge(reading)
    return found


def test_garbage_that_fools_the_discriminator_is_told_with_both_numbers() -> None:
    found = judged(Garbage(), 0.5, NOISE, HOPELESS)
    assert [one.bad for one in found] == [False] * (HOPELESS - 1) + [True]
    assert found[-1].severity == "warning"
    assert "50 % of its decisions are right" in found[-1].sentence
    assert found[-1].evidence["precision"] < 0.1


def test_even_contests_with_good_samples_and_bad_ones_that_are_seen_through_are_fine() -> None:
    assert not any(one.bad for one in judged(Garbage(), 0.5, GOOD, 2 * HOPELESS))
    assert not any(one.bad for one in judged(Garbage(), 0.9, NOISE, 2 * HOPELESS))
    assert Garbage().judge(NOISE) == []


def test_it_clears_when_the_discriminator_sees_a_difference_again() -> None:
    garbage, alarms = Garbage(), Alarms(patience=1)
    told = [
        type(event).__name__
        for one in (*judged(garbage, 0.5, NOISE, HOPELESS), *judged(garbage, 0.8, NOISE, 3))
        for event in alarms.update([one], step=1, wall=0.0)
    ]
    assert told == ["AlarmRaised", "AlarmCleared"]


def test_it_goes_on_from_a_checkpoint() -> None:
    first, second = Garbage(), Garbage()
    judged(first, 0.5, NOISE, HOPELESS - 1)
    second.restore(first.state())
    assert second.judge(NOISE)[0].bad
