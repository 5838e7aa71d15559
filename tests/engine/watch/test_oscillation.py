"""A game that circles is told with its period; whatever only wanders, falls or bumps is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from latentop.engine.watch.signals.oscillation import swing
from latentop.engine.watch.verdict.alarms import Alarms
from tests.support.signals import bad, healthy_gan, last, looks

Values = NDArray[np.float64]
STEPS = np.arange(4000)


def dirac(count: int, *, penalty: float = 0.0, rate: float = 0.01) -> dict[str, Values]:
    """The Dirac-GAN by gradient descent: place and slope from 1, minimax losses, R1 of this weight."""
    place, slope = 1.0, 1.0
    rows = []
    for _ in range(count):
        slope -= rate * (place / (1 + np.exp(-slope * place)) + penalty * slope)
        gradient = -slope / (1 + np.exp(-slope * place))
        rows.append((-np.logaddexp(0, slope * place), np.log(2) + np.logaddexp(0, slope * place), place))
        place -= rate * gradient
    names = ("loss/generator", "loss/discriminator", "dirac/generator")
    return dict(zip(names, np.array(rows).T, strict=True))


def autoregressive(noise: Values, memory: float) -> Values:
    values = np.zeros(len(noise))
    for step in range(1, len(noise)):
        values[step] = memory * values[step - 1] + noise[step]
    return values


def fires(values: Values) -> bool:
    found = swing(values)
    return found is not None and found.steady


def test_the_dirac_gan_circles_with_its_period() -> None:
    condition = last(dirac(4500), "oscillation")
    assert condition.bad
    assert condition.severity == "warning"
    assert condition.evidence["period"] == pytest.approx(712, rel=0.03)
    assert f"a period of {condition.evidence['period']:.0f} steps" in condition.sentence
    assert "alarm above" in condition.sentence
    assert "r1" in condition.advice


def test_a_penalty_that_stills_the_circle_stills_the_alarm() -> None:
    values = dirac(6000, penalty=1.0)
    assert bad(values, "oscillation") == []
    assert last(values, "oscillation").clear


def test_it_is_told_once_and_cleared_when_the_swing_ends() -> None:
    random = np.random.default_rng(0)
    swings = np.sin(2 * np.pi * np.arange(6000) / 300) * (np.arange(6000) < 3000)
    values = {"loss/generator": 1 + 0.5 * swings + 0.05 * random.normal(size=6000)}
    alarms, told = Alarms(patience=3), []
    for place, look in enumerate(looks(values)):
        told += alarms.update(look.values(), step=50 * (place + 1), wall=0.0)
    assert [(type(event).__name__, event.name) for event in told] == [
        ("AlarmRaised", "oscillation"),
        ("AlarmCleared", "oscillation"),
    ]
    assert told[0].step < 2000
    assert told[1].step < 3000 + 1000


@given(
    period=st.floats(8, 1200),
    noise=st.floats(0, 0.3),
    phase=st.floats(0, 6),
    slope=st.floats(-1, 1),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60)
def test_a_clear_swing_is_found_at_any_period(
    period: float, noise: float, phase: float, slope: float, seed: int
) -> None:
    length = int(min(4000, 30 * period)) if period > 30 else 1000
    steps = np.arange(max(length, 200))
    random = np.random.default_rng(seed)
    values = np.sin(2 * np.pi * steps / period + phase) + slope * steps / len(steps)
    if period > 0.9 * len(steps) / 4:  # with fewer than four periods it must be clearer
        noise *= 0.3
    found = swing(1e-3 * (values + noise * random.normal(size=len(steps))))
    assert found is not None
    assert found.steady
    assert found.period == pytest.approx(period, rel=0.07, abs=0.5)
    assert found.amplitude == pytest.approx(1e-3, rel=0.3)


def test_a_swing_that_grows_is_found() -> None:
    assert fires(np.exp(STEPS / 1000) * np.sin(2 * np.pi * STEPS / 400))


@given(seed=st.integers(0, 2**32 - 1), length=st.sampled_from([200, 700, 1500, 4000]))
@settings(max_examples=150)
def test_noise_and_random_walks_do_not_swing(seed: int, length: int) -> None:
    noise = np.random.default_rng(seed).normal(size=length)
    assert not fires(noise)
    assert not fires(np.cumsum(noise))
    assert not fires(np.cumsum(np.cumsum(noise)))


def test_a_random_walk_is_left_alone_at_every_look_along_it() -> None:
    random = np.random.default_rng(3)
    for _ in range(5):
        walk = np.cumsum(random.normal(size=8000))
        assert bad({"loss/generator": walk, "loss/discriminator": -walk}, "oscillation") == []


@given(seed=st.integers(0, 2**32 - 1), memory=st.floats(0.1, 0.999))
@settings(max_examples=40)
def test_noise_with_a_memory_does_not_swing(seed: int, memory: float) -> None:
    assert not fires(autoregressive(np.random.default_rng(seed).normal(size=2000), memory))


def test_two_thousand_random_walks_as_long_as_the_window() -> None:
    random = np.random.default_rng(7)
    assert not any(fires(np.cumsum(random.normal(size=4000))) for _ in range(2000))


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.3])
@pytest.mark.parametrize(
    "shape",
    [
        STEPS / 4000,
        np.exp(-STEPS / 500),
        1 / (1 + STEPS / 100),
        (STEPS / 4000) ** 2,
        np.exp(-(((STEPS - 2000) / 200) ** 2)),
        np.exp(-(((STEPS - 500) / 50) ** 2)),
        (STEPS > 2000) * 1.0,
        np.sin(2 * np.pi * STEPS / 2000),
        np.zeros(4000),
    ],
    ids=["trend", "decay", "slow decay", "curve", "bump", "early bump", "jump", "two periods", "nothing"],
)
def test_what_happens_once_is_no_swing(shape: Values, noise: float) -> None:
    assert not fires(shape + noise * np.random.default_rng(1).normal(size=4000))


def test_rounding_is_no_swing() -> None:
    step = float(np.finfo(np.float32).eps)
    assert not fires(np.log(2) * (1 + step * np.sin(2 * np.pi * STEPS / 100)).round(7))
    assert not fires(0.1 * (1 + step * (STEPS % 10 < 5)))


def test_a_faint_swing_in_noise_is_left_alone() -> None:
    random = np.random.default_rng(0)
    assert not fires(0.5 * np.sin(2 * np.pi * STEPS / 200) + random.normal(size=4000))


def test_a_healthy_gan_does_not_swing_at_any_look() -> None:
    assert bad(healthy_gan(5000), "oscillation") == []


def test_values_that_are_not_finite_and_young_steps_are_left_out() -> None:
    values = np.sin(2 * np.pi * np.arange(1600) / 100)
    values[300] = np.nan
    assert last({"loss/generator": values}, "oscillation").bad
    assert all("oscillation" not in look for look in looks({"loss/generator": values[:399]}))
    assert all("oscillation" not in look for look in looks({"loss/reconstruction": values}))
