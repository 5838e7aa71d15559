"""A discriminator that is fooled, and logits that run away: told where it is known what guessing costs."""

import numpy as np
import pytest

from tests.support.loss_logs import (
    DISCRIMINATOR,
    GENERATOR,
    course,
    names,
    noise,
    raised,
    sound,
    standing,
    told,
)

ROWS = 2000


@pytest.mark.parametrize("sign", [1, -1], ids=["non-saturating", "saturating"])
def test_a_discriminator_that_is_fooled_is_told_since_when(sign: int) -> None:
    end = 0.05 if sign > 0 else 6.0
    generator = sign * course((0, 0.693), (0.4, 0.7), (0.5, end), (1, end), rows=ROWS)
    discriminator = course((0, 1.386), (0.4, 1.3), (0.5, 6.0), (1, 6.0), rows=ROWS)
    events = told({DISCRIMINATOR: discriminator * noise(ROWS), GENERATOR: generator * noise(ROWS, seed=1)})
    assert standing(events) == {"generator-wins": "critical"}
    assert 800 < raised(events)[0].evidence["since"] < 1000


def test_a_discriminator_that_guesses_is_not_fooled() -> None:
    guessing = {DISCRIMINATOR: 1.39 * noise(ROWS, 0.2), GENERATOR: 0.7 * noise(ROWS, 0.2, 1)}
    assert names(told(guessing)) == set()


def test_a_loss_in_a_unit_of_its_own_fools_nobody_and_has_no_nats() -> None:
    assert names(told({name: 64 * values for name, values in sound(ROWS).items()})) == set()


def test_a_generator_s_loss_of_many_nats_is_told_and_one_of_a_few_is_not() -> None:
    series = sound(ROWS)
    series[GENERATOR][800:] = 20.0 * noise(1200, 0.1)
    events = told(series)
    assert standing(events)["runaway-logits"] == "critical"
    assert "nats" in next(one for one in raised(events) if one.name == "runaway-logits").sentence
    rises = {**sound(ROWS), GENERATOR: course((0, 0.7), (1, 9.0), rows=ROWS) * noise(ROWS, 0.2)}
    assert names(told(rises)) == set()


def test_a_spike_of_nats_is_none() -> None:
    series = sound(ROWS)
    series[GENERATOR] = np.where(np.arange(ROWS) % 50 == 49, 40.0, series[GENERATOR])
    assert names(told(series)) == set()
