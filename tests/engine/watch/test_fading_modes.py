"""Classes that fade are told with the step at which they are lost; those that merely vary are not."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples.mixture import MixtureMeter, MixtureReading
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.engine.watch.verdict.fading_modes import Fading
from latentop.presets.watch import DEFAULTS
from tests.engine.watch.test_mixture import CENTRES, RING, SD, drawn

GOOD = MixtureMeter(real=RING.test, centres=CENTRES, sd=SD, classes=RING.classes).read(drawn(list(range(8))))
EVERY, COUNT = 100, 512
TEN = (0.1,) * 10
UNEVEN = (0.73, *(0.03,) * 9)


class Samples:
    """Readings of ``COUNT`` samples of classes with these ``sizes`` among real data, as a seed has them.

    ``leak`` is the share of others' samples that are taken for each class, which is taken off again.
    """

    def __init__(self, seed: int, sizes: Sequence[float] = TEN, leak: float = 0.0) -> None:
        self._private = np.random.default_rng(seed)
        self._sizes, self._leak = np.array(sizes), leak
        self.names = tuple(f"class {place}" for place in range(len(sizes)))

    def read(self, first: float) -> MixtureReading:
        """One in which the first class has so much of its share, and all others theirs."""
        shares = self._sizes + self._leak
        shares[0] += (first - 1) * self._sizes[0]
        counts = self._private.multinomial(COUNT, shares / shares.sum())
        seen = (counts / COUNT * shares.sum() - self._leak) / self._sizes
        absent, whole = (
            self._leak / self._sizes**2 / COUNT,
            (self._sizes + self._leak) / self._sizes**2 / COUNT,
        )
        presence = dict(zip(self.names, seen.tolist(), strict=True))
        return replace(
            GOOD,
            count=COUNT,
            presence=presence,
            lost=tuple(name for name, share in presence.items() if share < PRESENT),
            variances=dict(zip(self.names, zip(absent.tolist(), whole.tolist(), strict=True), strict=True)),
        )


def told(samples: Samples, course: Callable[[int], float], checks: int) -> list[AlarmRaised | AlarmCleared]:
    """What an armed watch says of a run of so many checks."""
    collapse, alarms = Collapse(DEFAULTS), Alarms(patience=3)
    collapse._arming.armed = True
    return [
        event
        for check in range(1, checks + 1)
        for event in alarms.update(
            collapse.judge(samples.read(course(check)), EVERY * check), step=EVERY * check, wall=0.0
        )
    ]


def falls_in(samples: Samples, course: Callable[[int], float], checks: int) -> list[int]:
    """The checks at which something fades."""
    fading, found = Fading(), []
    for check in range(1, checks + 1):
        fading.update(samples.read(course(check)), EVERY * check)
        found += [check] if fading.falls else []
    return found


@pytest.mark.parametrize(("rate", "least"), [(0.97, 4), (0.95, 8), (0.9, 6)])
def test_most_modes_that_fade_are_told_before_they_are_lost(rate: float, least: int) -> None:
    """From check 100 on, of ten classes with 51 samples each; ``least`` of ten runs."""
    before = 0
    for seed in range(10):
        events = told(Samples(seed), lambda check: rate ** max(0, check - 100), 160)
        steps = {event.name: event.step for event in reversed(events) if isinstance(event, AlarmRaised)}
        before += steps.get("fading-modes", np.inf) < steps.get("lost-modes", np.inf)
    assert before >= least


def test_the_forecast_names_the_mode_where_it_began_and_when_it_is_lost() -> None:
    began, lost = [], []
    for seed in range(10):
        events = told(Samples(seed), lambda check: 0.95 ** max(0, check - 100), 130)
        raised = next(event for event in events if isinstance(event, AlarmRaised))
        assert raised.name == "fading-modes"
        assert raised.sentence.startswith("fading: class 0; at this rate lost by step ")
        began.append(raised.evidence["since"] / EVERY)
        lost.append(raised.evidence["fading/class 0"] / EVERY)
    assert np.median(began) == pytest.approx(100, abs=15)
    assert np.median(lost) == pytest.approx(100 + np.log(PRESENT) / np.log(0.95), abs=15)


def test_from_a_fade_until_the_mode_is_lost_the_warning_stands() -> None:
    for seed in range(10):
        events = told(Samples(seed), lambda check: 0.95 ** max(0, check - 100), 160)
        names = [(event.name, isinstance(event, AlarmRaised)) for event in events]
        lost, over = names.index(("lost-modes", True)), names.index(("fading-modes", False))
        assert names.index(("fading-modes", True)) < lost < over


@pytest.mark.parametrize(("sizes", "leak"), [(TEN, 0.0), (UNEVEN, 0.0), (UNEVEN, 0.01), ((0.01,) * 100, 0.0)])
def test_modes_that_vary_by_chance_alone_do_not_fade(sizes: tuple[float, ...], leak: float) -> None:
    assert len(falls_in(Samples(1, sizes, leak), lambda _: 1.0, 2000)) == 0


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(lambda check: 1.0 if check < 20 else 0.01, id="gone at once"),
        pytest.param(lambda check: max(1.0, 4 * 0.95**check), id="gives up what is too much"),
        pytest.param(lambda check: max(0.9, 0.97**check), id="has nothing to lose yet"),
        pytest.param(lambda _: 0.5, id="stays at half"),
        pytest.param(lambda check: 0.3 + 0.02 * check, id="grows"),
    ],
)
def test_what_does_not_fade_is_not_forecast(course: Callable[[int], float]) -> None:
    assert not [check for seed in range(10) for check in falls_in(Samples(seed), course, 40)]


def test_checks_at_one_step_say_nothing() -> None:
    fading, samples = Fading(), Samples(0)
    for check in range(40):
        fading.update(samples.read(0.9**check), 0 if check < 39 else 1)
        assert not fading.falls


def test_what_a_checkpoint_keeps_goes_on_alike() -> None:
    whole, half, samples, seen = Fading(), Fading(), Samples(0), 0
    for check in range(40):
        found = samples.read(0.9 ** max(0, check - 20))
        whole.update(found, EVERY * check)
        if check == 15:
            half.restore(json.loads(json.dumps(whole.state())))
        elif check > 15:
            half.update(found, EVERY * check)
            assert half.judge(quiet=False) == whole.judge(quiet=False)
        seen += bool(whole.falls)
    assert seen
