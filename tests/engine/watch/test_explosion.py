"""Numbers that run away are told before they are no numbers; numbers that merely move are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from latentop.engine.checkpoint.snapshots import copy
from latentop.engine.watch.signals.stability import Stability
from tests.support.signals import bad, goes_on_alike, healthy_gan, last, looks

Values = dict[str, NDArray[np.float64]]


def critic(size: NDArray[np.float64], *, seed: int = 0) -> Values:
    """A critic's series, all of them of this size, give or take a half."""
    random = np.random.default_rng(seed)
    wobble = {name: np.exp(0.5 * random.normal(size=len(size))) for name in ("g", "d", "gg", "gd")}
    return {
        "loss/generator": size * wobble["g"],
        "loss/discriminator": -size * wobble["d"],
        "accuracy/critic": np.ones(len(size)),
        "grad/generator": size * wobble["gg"],
        "grad/discriminator": size * wobble["gd"],
    }


def without_a_bound(count: int = 1000, decades: float = 6) -> Values:
    return critic(10 ** (decades * np.arange(count) / 1000))


def test_a_critic_without_a_bound_is_told_while_all_is_finite() -> None:
    (first, *_) = bad(without_a_bound(), "exploding")
    assert first.severity == "critical"
    assert first.pace == "proof"
    assert "alarm above 30 times" in first.sentence
    assert "loss/" in first.sentence
    assert "grad/" in first.sentence
    assert "objective.penalty" in first.advice
    assert first.evidence["times"] > 30
    assert np.isfinite(list(first.evidence.values())).all()
    assert first.evidence["loss"] < 1e6


def test_losses_that_grow_with_the_fifth_power_of_time_explode_too() -> None:
    assert bad(critic((1 + np.arange(4000) / 50) ** 5), "exploding")


def test_a_calm_run_that_blows_up_at_last() -> None:
    size = np.ones(6000)
    size[5000:] = 1.02 ** np.arange(1000)
    found = bad(critic(size), "exploding")
    assert found
    assert found[0].evidence["loss"] < 1e5


def test_an_autoencoder_that_blows_up_is_told_to_lower_its_rate() -> None:
    size = np.concatenate([np.linspace(0.2, 0.02, 1000), 0.02 * 1.03 ** np.arange(600)])
    found = bad({"loss/reconstruction": size, "grad/autoencoder": size}, "exploding")
    assert "loss/reconstruction went from" in found[0].sentence
    assert "learning rate" in found[0].advice
    assert "critic" not in found[0].advice


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.sampled_from([1, 37, 50, 333]))
@settings(max_examples=15)
def test_the_unit_of_a_loss_says_nothing(loss: float, gradient: float, block: int) -> None:
    values = without_a_bound()
    factors = {"loss": loss, "grad": gradient, "accuracy": 1.0}
    scaled = {name: series * factors[name.partition("/")[0]] for name, series in values.items()}
    block = max(block, 20)
    told = [look["exploding"].bad for look in looks(values, block=block) if "exploding" in look]
    assert [look["exploding"].bad for look in looks(scaled, block=block) if "exploding" in look] == told
    assert any(told)


@pytest.mark.slow
@given(seed=st.integers(0, 10_000), spread=st.floats(0.3, 2.0))
@settings(max_examples=15)
def test_healthy_gans_with_wild_gradients_are_left_in_peace(seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    values = healthy_gan(3000, seed)
    for name in ("grad/generator", "grad/discriminator"):
        slow = np.exp(spread * np.sin(np.arange(3000) / random.uniform(30, 500)))
        values[name] = slow * np.exp(random.normal(size=3000))
        values[name][random.integers(0, 3000, 30)] *= 1e4
        values["loss/generator"][random.integers(0, 3000, 30)] *= 1e4
    assert bad(values, "exploding") == []


@pytest.mark.parametrize("pace", [30.0, 100.0, 300.0])
def test_a_penalised_critic_that_finds_its_distance_is_fine(pace: float) -> None:
    random, steps = np.random.default_rng(0), np.arange(4000)
    distance = -10 * (1 - np.exp(-steps / pace)) * np.exp(-steps / 5000) + 0.05 * random.normal(size=4000)
    values = {
        "loss/generator": np.cumsum(random.normal(size=4000)) / 5,
        "loss/discriminator": distance,
        "loss/penalty": 1e-6 * np.exp(np.minimum(steps / 50, 14)),
        "accuracy/critic": np.ones(4000),
        "grad/generator": 0.3 + 0.1 * random.random(4000),
        "grad/discriminator": 10 * np.exp(-steps / 100) + np.exp(0.5 * random.normal(size=4000)),
    }
    assert bad(values, "exploding") == []


def test_a_generator_that_hears_nothing_at_first_is_fine() -> None:
    awake = 1e-4 + 1 / (1 + np.exp((800 - np.arange(3000)) / 60))
    values = {
        "loss/generator": -awake,
        "loss/discriminator": 2 - awake,
        "accuracy/critic": np.ones(3000),
        "grad/generator": awake,
        "grad/discriminator": 0.1 + awake,
    }
    assert bad(values, "exploding") == []


def test_a_discriminator_that_won_early_and_is_caught_up_with_is_fine() -> None:
    loss = 1.4 * np.exp(-np.arange(3000) / 5) + 1e-4
    loss[1500:] = 1.2
    gradient = 2 * loss
    values = {"loss/discriminator": loss, "grad/discriminator": gradient, "grad/generator": gradient}
    assert bad(values, "exploding") == []


def test_falling_losses_the_first_steps_and_a_new_rate_are_fine() -> None:
    random, steps = np.random.default_rng(0), np.arange(5000)
    loss = 0.2 * np.exp(-steps / 300) + 0.01 + 0.001 * random.random(5000)
    loss[2000:2200] *= 20
    values = {"loss/reconstruction": loss, "grad/autoencoder": loss * np.exp(random.normal(size=5000))}
    assert bad(values, "exploding") == []
    assert last(values, "exploding").clear
    young = {name: series[:200] for name, series in without_a_bound(decades=30).items()}
    assert bad(young, "exploding") == []


def test_losses_alone_or_gradients_alone_are_no_explosion() -> None:
    values = without_a_bound()
    for part in ("loss", "grad"):
        still = {name: np.ones(1000) for name in values if name.startswith(part)}
        assert bad({**values, **still}, "exploding") == []
    assert bad({name: one for name, one in values.items() if "grad" not in name}, "exploding") == []


def test_it_is_over_when_numbers_are_small_again() -> None:
    size = np.concatenate([np.ones(1000), np.full(200, 1e4), np.full(200, 50.0), np.full(200, 2.0)])
    found = looks(critic(size))
    states = [(look["exploding"].bad, look["exploding"].clear) for look in (found[23], found[27], found[31])]
    assert states == [(True, False), (False, False), (False, True)]


def test_a_very_long_run_remembers_little() -> None:
    stability = Stability()
    looks(critic(np.ones(60_000)), block=1000, stability=stability)
    assert all(len(peaks) <= 256 for peaks, *_ in stability.state()["explosion"].values())


@pytest.mark.parametrize("stop", [150, 333, 600])
def test_a_resumed_run_goes_on_alike(stop: int) -> None:
    assert goes_on_alike(without_a_bound(), stop, copy)
