"""The signs on made-up runs: what must not matter to them does not, however long the run."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.signals import Series, healthy_gan, looks

pytestmark = pytest.mark.slow


CRITIC = ("loss/generator", "loss/discriminator", "score/real", "score/fake")
"""Series of a critic, whose unit is its own."""


def told(values: Series, **how: int) -> list[tuple[str, ...]]:
    """The names of what each look found bad."""
    return [tuple(sorted(name for name, one in look.items() if one.bad)) for look in looks(values, **how)]


def critic(count: int, seed: int) -> dict[str, np.ndarray]:
    """A Wasserstein critic that learns: scores drift like a random walk, the gap between them shrinks."""
    random = np.random.default_rng(seed)
    drift = np.cumsum(random.normal(size=count)) / 20
    gap = 4 * np.exp(-np.arange(count) / 1500) + 1 + 0.2 * random.normal(size=count)
    return {
        "loss/generator": -drift,
        "loss/discriminator": -gap,
        "score/real": drift + gap,
        "score/fake": drift,
        "accuracy/critic": np.clip(0.8 + 0.05 * random.normal(size=count), 0, 1),
        "grad/generator": np.exp(random.normal(size=count)),
        "grad/discriminator": np.exp(random.normal(size=count)),
    }


def failing(count: int, seed: int) -> dict[str, np.ndarray]:
    """The same, until the critic circles and then explodes."""
    values = critic(count, seed)
    steps = np.arange(count)
    for name in ("loss/generator", "loss/discriminator"):
        values[name] = values[name] + 20 * np.sin(2 * np.pi * steps / 250)
    late = np.exp(np.clip(steps - 0.8 * count, 0, None) / 30)
    return {name: series * (late if name != "accuracy/critic" else 1) for name, series in values.items()}


@given(seed=st.integers(0, 10_000), length=st.sampled_from([500, 2000, 6000, 12_000]))
@settings(max_examples=20)
def test_a_healthy_run_is_left_in_peace_however_long_it_is(seed: int, length: int) -> None:
    for values in (healthy_gan(length, seed), critic(length, seed)):
        assert not any(told(values))


@given(
    seed=st.integers(0, 10_000),
    power=st.integers(-20, 20),
    unit=st.integers(-20, 20),
    make=st.sampled_from([critic, failing]),
)
@settings(max_examples=20)
def test_a_critics_unit_and_a_gradients_do_not_matter(seed: int, power: int, unit: int, make) -> None:
    values = make(4000, seed)
    scaled = {
        name: series * 2.0 ** (power if name in CRITIC else unit if name.startswith("grad/") else 0)
        for name, series in values.items()
    }
    assert told(scaled) == told(values)


@given(seed=st.integers(0, 10_000), shift=st.floats(-1000, 1000))
@settings(max_examples=20)
def test_where_a_critics_scores_lie_does_not_matter(seed: int, shift: float) -> None:
    values = critic(3000, seed)
    moved = {
        name: series + (shift if name.startswith("score/") else -shift if name == "loss/generator" else 0)
        for name, series in values.items()
    }
    assert told(moved) == told(values)


def test_the_failing_critic_is_told_both_ways() -> None:
    names = {name for look in told(failing(4000, 1)) for name in look}
    assert {"oscillation", "exploding"} <= names


@given(
    seed=st.integers(0, 10_000),
    place=st.integers(0, 2999),
    name=st.sampled_from(sorted(healthy_gan(1))),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    block=st.integers(1, 500),
)
@settings(max_examples=40)
def test_a_single_bad_value_is_found_in_the_look_after_it(
    seed: int, place: int, name: str, value: float, block: int
) -> None:
    values = healthy_gan(3000, seed)
    values[name][place] = value
    found = told(values, block=max(block, 20))
    at = place // max(block, 20)
    assert found[at] == ("diverged",)
    assert not any(found[:at])


@pytest.mark.parametrize("length", [4000, 16_000])
def test_a_longer_healthy_run_does_not_alarm_more_often(length: int) -> None:
    """The allowance of the labelled benchmark: fewer than 1 false alarm in 1 000 looks."""
    looked = [told(healthy_gan(length, seed)) for seed in range(100, 106)]
    assert sum(any(look) for run in looked for look in run) / sum(map(len, looked)) < 1e-3
