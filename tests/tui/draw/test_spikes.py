"""Rare spikes: the axis is that of the curve, and what lies beyond it is marked, never hidden."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentop.tui.draw.charts.chart import draw_chart, fitted
from latentop.tui.draw.charts.frame import layout
from tests.tui.draw.test_chart import line, text

NOISE = np.random.default_rng(0).normal(0, 0.1, 600)


def spiked(*, at: int = 300, height: float = 50.0) -> list[float]:
    values = 1.0 + NOISE
    values[at : at + 2] = height
    return list(values)


@pytest.mark.parametrize(("height", "mark", "row"), [(50.0, "▴", 1), (-50.0, "▾", 9)])
def test_a_spike_leaves_the_curve_its_room_and_is_marked_at_the_edge(
    height: float, mark: str, row: int
) -> None:
    one = line(spiked(height=height))
    assert max(map(abs, fitted([one]))) <= 2
    rows = text(draw_chart([one], width=80, height=12)).splitlines()
    assert [place for place, drawn in enumerate(rows) if mark in drawn] == [row]
    assert sum(any("\u2800" < cell <= "\u28ff" for cell in drawn[20:40]) for drawn in rows[1:10]) >= 2


def test_an_extreme_of_a_row_that_stands_for_many_steps_is_a_spike_as_well() -> None:
    one = line(list(1.0 + NOISE))
    hi = one.hi.copy()
    hi[100] = 80.0
    one = replace(one, hi=hi)
    assert fitted([one])[1] <= 2
    assert "▴" in text(draw_chart([one], width=80, height=12)).splitlines()[1]


def test_while_a_series_grows_past_a_spike_the_axis_stays() -> None:
    values, limits, seen = spiked(), None, []
    for end in range(250, 600):
        limits = fitted([line(values[:end])], None, limits)
        seen.append(limits)
    assert len(set(seen)) <= 2, "it moves at most once, for noise"
    assert max(upper for _, upper in seen) <= 2


def test_what_lasts_is_no_spike() -> None:
    assert fitted([line([1.0] * 300 + [50.0] * 20)])[1] >= 50
    assert fitted([line(list(np.exp(-np.arange(600) / 60.0)))])[1] >= 0.98


def test_what_costs_little_room_is_shown() -> None:
    values = NOISE.copy()
    values[300] = 0.55
    assert fitted([line(list(values))])[1] >= 0.55


def test_a_few_values_are_all_shown() -> None:
    assert fitted([line([1.0, 1.0, 50.0, 1.0])])[1] >= 50


def test_what_dips_towards_zero_is_shown_as_it_is() -> None:
    assert fitted([line([10.0] * 50 + [9.0] + [10.0] * 50)])[0] <= 9
    assert fitted([line([0.9] * 50 + [0.1] + [0.9] * 50)])[0] <= 0.1


def test_a_logarithmic_axis_holds_its_spikes() -> None:
    one = line(spiked())
    assert 10 ** fitted([one], log=True)[1] >= 49.9
    assert "▴" not in text(draw_chart([one], width=80, height=12, log=True))


@settings(max_examples=100)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=120))
def test_whatever_lies_beyond_the_axis_is_marked(values: list[float]) -> None:
    one = line(values)
    lower, upper = layout(60, 12, (0, 128), fitted([one])).values
    drawn = text(draw_chart([one], width=60, height=12))
    assert ("▴" in drawn) == (max(values) > upper)
    assert ("▾" in drawn) == (min(values) < lower)


def test_what_ran_away_at_the_end_does_not_press_all_before_it_flat() -> None:
    wave = (1.0 + 0.5 * np.sin(np.arange(600) / 20)).tolist()
    gone = np.geomspace(1.0, 3e29, 300).tolist()
    low, high = fitted([line(wave + gone)])
    assert (low, high <= 10) == (0, True)
    assert fitted([line(wave + np.geomspace(1.0, 5e3, 300).tolist())])[1] >= 5e3, "it is still told from them"
    levelled = [1e-3] * 500 + np.geomspace(1e-3, 20, 130).tolist() + [20.0] * 270
    assert fitted([line(levelled)])[1] >= 20, "it runs no more"
    drawn = draw_chart([line(wave + gone)], width=80, height=12)
    assert "▴" in text(drawn)
    assert "3e29" in text(drawn).replace("+", "")
