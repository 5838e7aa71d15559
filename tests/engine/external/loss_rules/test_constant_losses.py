"""Losses that are the same number again and again are told; a constant column beside others is none."""

import numpy as np
import pytest

from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, names, noise, raised, sound, told
from tests.support.tiers import few


def test_losses_that_stop_moving_are_told_since_when() -> None:
    series = sound(400)
    series[DISCRIMINATOR][300:], series[GENERATOR][300:] = 100.0, 0.0
    (one,) = [one for one in raised(told(series)) if one.name == "stalled"]
    assert one.evidence["since"] == 301
    assert "100" in one.sentence


def test_losses_that_never_moved_are_told() -> None:
    constant = {DISCRIMINATOR: np.full(60, 1.3863), GENERATOR: np.full(60, 0.6931)}
    assert names(told(constant)) == {"stalled"}


def test_a_constant_column_beside_a_loss_is_left_alone() -> None:
    assert names(told({DISCRIMINATOR: np.full(400, 0.7), GENERATOR: noise(400)})) == set()


def test_a_gradient_that_vanishes_is_told() -> None:
    gradient = noise(400)
    gradient[200:] *= 1e-6
    (one,) = raised(told({**sound(400), "grad/generator": gradient}))
    assert (one.name, "grad/generator" in one.sentence) == ("stalled", True)
    assert names(told({**sound(400), "grad/generator": noise(400)})) == set()


def autoencoder(rows: int = 400, pace: float = 12.0) -> np.ndarray:
    """A loss that falls more and more slowly, as that of whole epochs does, and never stands."""
    return 0.02 + 0.2 * np.exp(-np.arange(rows) / pace)


@pytest.mark.parametrize("decimals", [2, 3, 4, 6])
@pytest.mark.parametrize("pace", few([3.0, 1.0, 12.0, 40.0], 1))
def test_a_loss_that_stands_by_its_few_printed_digits_is_not_dead(decimals: int, pace: float) -> None:
    assert names(told({"loss/total": np.round(autoencoder(pace=pace), decimals)})) == set()


@pytest.mark.parametrize("decimals", [2, 4, None])
def test_one_that_moved_by_more_than_its_digits_and_stops_is(decimals: int | None) -> None:
    dead = 0.5 * noise(400, 0.2)
    dead[150:] = 0.61234567890123
    if decimals is not None:
        dead = np.round(dead, decimals)
    (one,) = raised(told({"loss/total": dead}))
    assert (one.name, one.evidence["since"]) == ("stalled", 151)


def test_a_loss_of_two_digits_that_never_moved_may_be_small_alone() -> None:
    assert names(told({"loss/total": np.full(100, 0.02)})) == set()
    assert names(told({"loss/total": np.full(100, 0.6931)})) == {"stalled"}
