"""A network without a gradient is named; one that has learned, or settled with the other, is not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from latentop.engine.checkpoint.snapshots import copy
from tests.support.signals import bad, goes_on_alike, healthy_gan, last, looks

Values = dict[str, NDArray[np.float64]]


def gan(generator: NDArray[np.float64], discriminator: NDArray[np.float64], accuracy: float = 0.7) -> Values:
    values = healthy_gan(len(generator))
    values["grad/generator"] = generator * values["grad/generator"]
    values["grad/discriminator"] = discriminator * values["grad/discriminator"]
    values["accuracy/discriminator"] = np.full(len(generator), accuracy)
    return values


def dies(count: int, at: int, to: float = 0.0) -> NDArray[np.float64]:
    return np.where(np.arange(count) < at, 1.0, to)


@pytest.mark.parametrize("to", [0.0, 1e-6])
@pytest.mark.parametrize("at", [100, 1000])
def test_a_generator_without_a_gradient_is_named(at: int, to: float) -> None:
    condition = last(gan(dies(2000, at, to), np.ones(2000)), "stalled")
    assert condition.bad
    assert condition.severity == "warning"
    assert condition.sentence.startswith("the generator no longer learns")
    assert "alarm below 1e-04 of what it was" in condition.sentence
    assert "non-saturating" in condition.advice
    assert condition.evidence["share"] < 1e-4


def test_a_discriminator_without_a_gradient_is_named() -> None:
    condition = last(gan(np.ones(2000), dies(2000, 800)), "stalled")
    assert condition.bad
    assert condition.sentence.startswith("the discriminator no longer learns")


def test_two_that_come_to_rest_together_have_settled_unless_the_game_is_decided() -> None:
    rest = np.exp(-np.arange(4000) / 150)
    assert bad(gan(rest, rest, accuracy=0.5), "stalled") == []
    assert bad(gan(rest, rest, accuracy=1.0), "stalled")


def test_small_noisy_and_briefly_missing_gradients_are_fine() -> None:
    assert bad(gan(dies(3000, 1000, 1e-3), np.ones(3000)), "stalled") == []
    short = np.ones(3000)
    short[1000:1100] = 0
    assert bad(gan(short, np.ones(3000)), "stalled") == []
    assert last(gan(short, np.ones(3000)), "stalled").clear


def test_learning_again_ends_it() -> None:
    gradient = dies(3000, 800)
    gradient[2000:] = 0.5
    found = looks(gan(gradient, np.ones(3000)))
    assert found[30]["stalled"].bad
    assert found[-1]["stalled"].clear


def autoencoder(loss: NDArray[np.float64], gradient: NDArray[np.float64]) -> Values:
    return {"loss/reconstruction": loss, "grad/autoencoder": gradient}


def test_an_autoencoder_that_learned_nothing_and_stands_is_told() -> None:
    condition = last(autoencoder(np.full(2000, 0.23), dies(2000, 300)), "stalled")
    assert condition.bad
    assert condition.sentence.startswith("the autoencoder no longer learns")
    assert "dead or saturated" in condition.advice


def test_a_network_that_never_had_a_gradient_is_told() -> None:
    """As where the first steps go so far that every unit saturates."""
    noisy = 0.23 + 0.01 * np.random.default_rng(0).normal(size=2000)
    condition = last(autoencoder(noisy, dies(2000, 3)), "stalled")
    assert condition.bad
    assert "its gradient norm is 0, and has been since its first steps" in condition.sentence
    critics = gan(dies(2000, 3), dies(2000, 3))
    del critics["accuracy/discriminator"]
    assert last(critics, "stalled").bad
    assert not last(autoencoder(np.zeros(2000), np.zeros(2000)), "stalled").bad


def test_an_autoencoder_that_converged_is_fine() -> None:
    steps = np.arange(5000)
    converged = np.maximum(0.2 * np.exp(-steps / 100), 0.01)
    assert bad(autoencoder(converged, dies(5000, 400)), "stalled") == []
    still_falling = 0.2 / (1 + steps / 5000)
    assert bad(autoencoder(still_falling, np.exp(-steps / 200)), "stalled") == []


def test_a_run_that_is_young_or_has_no_gradients_says_nothing() -> None:
    values = gan(dies(490, 100), np.ones(490))
    assert all("stalled" not in look for look in looks(values))
    losses = {name: series for name, series in healthy_gan(1000).items() if "grad" not in name}
    assert all("stalled" not in look for look in looks(losses))


@pytest.mark.parametrize("stop", [120, 480, 1100])
def test_a_resumed_run_goes_on_alike(stop: int) -> None:
    values = gan(dies(2000, 800), np.ones(2000))
    assert goes_on_alike(values, stop, copy)
