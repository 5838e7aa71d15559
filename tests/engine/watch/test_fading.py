"""Classes that fade are told with the step at which they are lost; those that merely vary are not."""

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples.mixture import MixtureMeter, MixtureReading
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.engine.watch.verdict.fading import Fading
from latentop.presets.watch import DEFAULTS
from tests.engine.watch.test_mixture import CENTRES, RING, SD, drawn

METER = MixtureMeter(real=RING.test, centres=CENTRES, sd=SD, classes=RING.classes)
GOOD = METER.read(drawn(list(range(8))))
EVERY = 100
COUNT = GOOD.count / len(RING.classes)


def reading(shares: Iterable[float]) -> MixtureReading:
    """A good one with these shares of the modes, as so many samples show them."""
    private = np.random.default_rng([int(1e6 * share) for share in shares])
    seen = [private.poisson(share * COUNT) / COUNT for share in shares]
    presence = dict(zip(RING.classes, seen, strict=True))
    return replace(
        GOOD, presence=presence, lost=tuple(name for name, share in presence.items() if share < PRESENT)
    )


def course(share: float, step: int) -> list[float]:
    """All modes well but for the first; a little else at each step, so that chance is else."""
    return [share, *(1 + 1e-5 * (step + place) for place in range(1, 8))]


def test_a_mode_that_fades_is_told_before_it_is_lost_with_the_step_at_which_it_is() -> None:
    collapse, alarms = Collapse(DEFAULTS), Alarms(patience=3)
    told: list[AlarmRaised | AlarmCleared] = []
    lost = None
    for check in range(1, 40):
        share = 1.0 if check < 12 else 0.9 ** (check - 11)
        found = reading(course(share, check))
        if lost is None and RING.classes[0] in found.lost:
            lost = EVERY * check
        told += alarms.update(collapse.judge(found, EVERY * check), step=EVERY * check, wall=0.0)
    raised = [event for event in told if isinstance(event, AlarmRaised)]
    assert [event.name for event in raised] == ["fading-modes", "lost-modes"]
    first = raised[0]
    assert lost is not None
    assert first.step < lost
    assert f"fading: {RING.classes[0]}; at this rate lost by step" in first.sentence
    assert first.evidence[f"fading/{RING.classes[0]}"] == pytest.approx(lost, abs=4 * EVERY)
    assert first.evidence["since"] == pytest.approx(11 * EVERY, abs=3 * EVERY)
    assert any(isinstance(event, AlarmCleared) and event.name == "fading-modes" for event in told)


def test_modes_that_vary_by_chance_alone_do_not_fade() -> None:
    fading = Fading()
    for check in range(2000):
        fading.update(reading(course(1.0 + 1e-6, check)), EVERY * check)
        assert not fading.falls


def test_a_mode_that_is_gone_at_once_was_not_forecast_and_is_not() -> None:
    fading = Fading()
    for check in range(40):
        fading.update(reading(course(1.0 if check < 20 else 0.01, check)), EVERY * check)
        assert not fading.falls


def test_a_mode_that_has_more_than_its_share_may_lose_it() -> None:
    fading = Fading()
    for check in range(20):
        fading.update(reading(course(4 * 0.95**check, check)), EVERY * check)
        assert not fading.falls


def test_what_a_checkpoint_keeps_goes_on_alike() -> None:
    whole, half = Fading(), Fading()
    for check in range(14):
        found = reading(course(0.9**check, check))
        whole.update(found, EVERY * check)
        if check == 7:
            half.restore(json.loads(json.dumps(whole.state())))
        elif check > 7:
            half.update(found, EVERY * check)
    assert whole.falls
    assert half.falls == whole.falls
