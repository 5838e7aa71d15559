"""Turnover sees modes that take turns, and nothing in batches that are alike but for chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentop.engine.watch.samples.turnover import turnover

MODES, SAMPLES = 8, 512


def test_one_mode_at_a_time_in_turn_is_all_the_turnover_there_can_be() -> None:
    assert turnover(np.eye(MODES).tolist(), SAMPLES) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("shown", [1, 2, MODES])
def test_the_same_modes_every_time_are_none(shown: int) -> None:
    row = [1 / shown] * shown + [0.0] * (MODES - shown)
    assert turnover([row] * 8, SAMPLES) == 0


def test_half_of_the_modes_and_then_the_other_half_is_in_between() -> None:
    first = [0.25] * 4 + [0.0] * 4
    assert 0.3 < turnover([first, first[::-1]] * 4, SAMPLES) < 0.4


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(2, 8))
def test_chance_gives_none(seed: int, modes: int, batches: int) -> None:
    drawn = np.random.default_rng(seed).multinomial(SAMPLES, [1 / modes] * modes, size=batches)
    assert turnover((drawn / SAMPLES).tolist(), SAMPLES) < 0.02


def test_one_batch_says_nothing() -> None:
    assert turnover([], SAMPLES) == turnover([[1.0, 0.0]], SAMPLES) == 0
