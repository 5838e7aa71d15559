"""A jump in level that stays is told; a spike, a drift and the fall of the first steps are not."""

import numpy as np
import pytest

from tests.support.loss_logs import DISCRIMINATOR, GENERATOR, course, names, noise, raised, sound, told
from tests.support.tiers import few


def test_a_jump_that_stays_is_told_where_it_is() -> None:
    series = sound(1000)
    series[GENERATOR][600:] *= 6
    (one,) = raised(told(series))
    assert (one.name, one.severity) == ("break", "warning")
    assert one.evidence["since"] == pytest.approx(600, abs=30)


def test_a_jump_back_is_none() -> None:
    series = sound(1000)
    series[GENERATOR][600:615] *= 6
    assert names(told(series)) == set()


def test_a_drift_and_a_steep_beginning_are_none() -> None:
    rows = 1000
    drift = course((0, 1.386), (1, 0.25), rows=rows) * noise(rows, 0.2)
    assert (
        names(told({DISCRIMINATOR: drift, GENERATOR: course((0, 0.7), (1, 3), rows=rows) * noise(rows)}))
        == set()
    )
    steep = course((0, 500.0), (0.03, 100.0), (1, 90.0), rows=rows) * noise(rows, 0.02)
    assert names(told({"loss/total": steep})) == set()


@pytest.mark.parametrize("rows", [30, 50, 75, 120, 215])
@pytest.mark.parametrize("seed", range(2))
def test_a_jump_in_a_short_log_is_told_where_it_is(rows: int, seed: int) -> None:
    series, at = sound(rows, seed), int(0.6 * rows)
    series[GENERATOR] = 1.5 * np.where(np.arange(rows) < at, 1, 8) * noise(rows, 0.1, seed)
    found = [one for one in raised(told(series)) if one.name == "break"]
    assert [one.evidence["since"] for one in found] == [pytest.approx(at + 1, abs=max(2, rows // 20))]


@pytest.mark.parametrize("rows", few([50, 25, 100, 200], 1))
def test_a_short_log_without_one_is_left_alone(rows: int) -> None:
    for seed in range(4):
        assert names(told(sound(rows, seed))) == set()
        falls = np.exp(course((0, 1.0), (1, -4.0), rows=rows)) * noise(rows, 0.3, seed)
        assert names(told({"loss/total": falls})) == set()


def test_a_critic_s_generator_drifts_and_has_no_level() -> None:
    rows = 1000
    critic = -np.exp(course((0, 1.0), (0.1, 1.5), (1, 1.2), rows=rows)) * noise(rows)
    drift = course((0, 0.5), (0.55, 1.0), (0.57, 30.0), (1, 40.0), rows=rows) + 0.3 * np.sin(np.arange(rows))
    assert names(told({DISCRIMINATOR: critic, GENERATOR: drift})) == set()
    critic[600:] *= 5
    assert names(told({DISCRIMINATOR: critic, GENERATOR: drift})) == {"break"}


def test_a_jump_of_the_first_steps_is_none_while_more_come() -> None:
    rows, at = 100, 60
    series = sound(rows)
    series[GENERATOR] = 1.5 * np.where(np.arange(rows) < at, 1, 8) * noise(rows, 0.1)
    assert names(told(series, ends=False)) == set()
    assert names(told(series, ends=False, epochs=True)) == {"break"}
