"""A trend is told where it is sure, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentop.engine.run.store.bins import Bins, from_values
from latentop.tui.model.trend import BLOCKS, WINDOW, trend


def bins(values: list[float]) -> Bins:
    steps = np.arange(1, len(values) + 1, dtype=np.int64)
    return from_values(steps, steps / 10, np.array(values, dtype=np.float64))


def noisy(slope: float, seed: int = 0, count: int = 200) -> list[float]:
    noise = np.random.default_rng(seed).normal(0, 0.05, count)
    return (1 + slope * np.linspace(0, 1, count) + noise).tolist()


@pytest.mark.parametrize(("slope", "way"), [(0.5, "rising"), (-0.5, "falling"), (0.0, "steady")])
def test_it_sees_through_noise(slope: float, way: str) -> None:
    found = trend(bins(noisy(slope)))
    assert found is not None
    assert found.way == way


def test_noise_is_seldom_taken_for_a_trend() -> None:
    ways = [trend(bins(noisy(0.0, seed))) for seed in range(200)]
    assert sum(found is not None and found.way != "steady" for found in ways) <= 4


def test_a_change_within_chance_or_too_small_to_matter_is_none() -> None:
    small = bins(np.linspace(1, 1.01, 100).tolist())
    found = trend(small)
    assert found is not None
    assert found.way == "steady"
    larger = bins(np.linspace(0.85, 0.95, 100).tolist())
    for chance, way in ((0.0, "rising"), (0.1, "steady")):
        found = trend(larger, chance=chance)
        assert found is not None
        assert found.way == way


def test_it_tells_how_many_times_and_over_how_many_steps() -> None:
    found = trend(bins([1.0] * WINDOW + np.geomspace(1, 12, WINDOW).tolist()))
    assert found is not None
    assert found.steps == WINDOW - 1
    assert found.times == pytest.approx(12, rel=0.3)


def test_what_has_come_to_rest_is_steady_however_it_began() -> None:
    found = trend(bins(np.geomspace(1, 0.1, 20).tolist() + [0.1] * 20))
    assert found is not None
    assert found.way == "steady"
    assert found.steps == 19


def test_too_few_values_have_no_trend_and_those_that_are_no_numbers_do_not_count() -> None:
    assert trend(None) is None
    assert trend(bins([1.0] * (BLOCKS - 1))) is None
    assert trend(bins([1.0] * (BLOCKS - 1) + [float("nan")] * 9)) is None


def test_what_comes_and_goes_does_not_grow() -> None:
    """However the rows end: a healthy oscillation rises now, as it has before."""
    for count in range(300, 700, 20):
        swinging = 5 + 4 * np.sin(np.arange(count) / 25)
        found = trend(bins(swinging.tolist()))
        assert found is not None
        assert found.way == "steady", count


def test_growth_after_a_long_calm_is_told() -> None:
    calm = np.random.default_rng(3).normal(1, 0.1, 800)
    found = trend(bins([*calm.tolist(), *np.geomspace(1, 30, 240).tolist()]))
    assert found is not None
    assert found.way == "rising"


@given(st.lists(st.floats(), max_size=60))
def test_it_bears_whatever_was_recorded(values: list[float]) -> None:
    found = trend(bins(values))
    assert found is None or found.way in ("rising", "steady", "falling")
