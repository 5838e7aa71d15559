from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentop.tui.draw.small.meter import meter
from latentop.tui.draw.small.spark import bars, course, spark
from latentop.tui.link.output_filter import nearest


@given(st.floats(), st.integers(0, 40), st.none() | st.floats(0, 1))
def test_a_meter_is_as_wide_as_asked_and_has_a_likeness_in_ascii(
    fraction: float, width: int, warn_below: float | None
) -> None:
    bar = meter(fraction, width=width, warn_below=warn_below)
    assert bar.cell_length == width
    assert len(bar.text) == width
    assert nearest(bar.text).isascii()
    assert isnan(fraction) or "?" not in nearest(bar.text)


def test_a_fuller_meter_looks_fuller() -> None:
    bars = [meter(share / 40, width=10).text for share in range(41)]
    assert len(set(bars)) > 35
    assert bars[0] == "▁" * 10
    assert bars[40] == "▇" * 10


def test_the_threshold_is_a_tick_where_the_alarm_begins() -> None:
    assert meter(0.9, width=10, warn_below=0.6).text[6] == "│"
    assert nearest(meter(0.9, width=10, warn_below=0.6).text) == "######|##_"


def test_below_the_threshold_the_bar_takes_the_colour_of_the_alarm() -> None:
    def colour(fraction: float) -> str:
        style = (
            meter(fraction, width=10, warn_below=0.6, colour="#00ff00", alarm="#ff0000")._segments[0].style
        )
        assert style is not None
        assert style.color is not None
        return style.color.name

    assert colour(0.61) == "#00ff00"
    assert colour(0.59) == "#ff0000"


@pytest.mark.parametrize("fraction", [None, float("nan")])
def test_what_is_unknown_is_said_in_words(fraction: float | None) -> None:
    assert meter(fraction, width=20, warn_below=0.6).text.strip() == "not measured yet"
    assert meter(fraction, width=10).text.strip() == "unknown"
    assert meter(fraction, width=3).text.strip() == "?"


def test_without_colours_a_meter_has_none() -> None:
    bar = meter(0.3, width=10, warn_below=0.6, colour=None, alarm=None)
    assert all(segment.style is None or segment.style.color is None for segment in bar)


@given(st.lists(st.floats(), max_size=100), st.integers(0, 40))
def test_a_spark_is_as_wide_as_asked(values: list[float], width: int) -> None:
    assert len(spark(values, width)) == width


def test_a_spark_rises_with_its_values() -> None:
    assert spark([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"


def test_a_nan_crosses_out_its_share() -> None:
    assert spark([0.0, np.nan, 1.0], 3) == "▁×█"
    assert spark([0.0] * 50 + [np.inf] + [1.0] * 49, 10).count("×") == 1


def test_a_constant_runs_along_the_middle() -> None:
    assert len(set(spark([0.3] * 9, 9))) == 1
    assert spark([0.3] * 9, 9)[0] not in "▁█"


def test_bars_start_at_nothing_and_end_at_the_largest() -> None:
    assert bars([0.0, 2.0, 4.0]) == "▁▅█"
    assert bars([0.0, float("nan"), 1.0]) == "▁×█"
    assert bars([0.0, 0.0]) == "▁▁"


def test_the_normal_range_is_shaded_where_the_bar_reaches_and_where_not() -> None:
    below = meter(0.5, width=11, full=1.1, normal=(0.95, 1.05)).text
    assert below == "▇▇▇▇▇▁▁▁▁░░"
    within = meter(1.0, width=11, full=1.1, normal=(0.95, 1.05)).text
    assert within == "▇▇▇▇▇▇▇▇▇▓░"
    plain = meter(1.0, width=11, full=1.1, warn_below=0.6, normal=(0.95, 1.05)).text
    assert nearest(plain) == "######|##%:"


def test_however_narrow_the_normal_range_one_cell_shows_it() -> None:
    assert meter(0.2, width=11, full=1.1, normal=(0.999, 1.001)).text.count("░") >= 1


def test_a_spark_between_limits_shows_noise_as_small_as_it_is() -> None:
    noisy = [0.9, 0.91, 0.89, 0.9]
    assert set(spark(noisy, 4)) > {"▁", "█"}
    assert len(set(spark(noisy, 4, limits=(0.0, 1.1)))) == 1
    assert spark([-5.0, 99.0], 2, limits=(0.0, 1.0)) == "▁█"


def test_bars_may_be_held_against_a_given_height() -> None:
    assert bars([0.5, 2.0], most=1.0) == "▅█"


def test_in_a_course_every_step_keeps_its_place() -> None:
    steps = np.arange(1, 801)
    values = ((steps - 1) // 64 % 2).astype(float)
    whole = course(steps, values, 32, last=1024)
    assert len(whole) == 32
    assert whole.rstrip() == whole[:25]
    for seen in (500, 501, 777):
        part = course(steps[:seen], values[:seen], 32, last=1024)
        assert part.rstrip()[:-1] == whole[: len(part.rstrip()) - 1]


def test_a_course_shows_a_gap_as_what_was_before_it_and_nothing_of_before_it_began() -> None:
    steps, values = np.array([33, 34, 64]), np.array([1.0, 1.0, 2.0])
    assert course(steps, values, 8, last=64) == "    ▁▁▁█"


def test_in_a_course_a_spike_flattens_nothing_and_a_nan_is_seen() -> None:
    steps = np.arange(1, 1001)
    values = steps / 1000.0
    values[500] = 1e6
    values[700] = np.nan
    drawn = course(steps, values, 50, last=1000)
    assert (drawn[0], drawn[20], drawn[25], drawn[35], drawn[49]) == ("▁", "▄", "█", "×", "█")


@given(st.lists(st.floats(), max_size=60), st.integers(0, 40))
def test_a_course_is_as_wide_as_asked(values: list[float], width: int) -> None:
    assert len(course(np.arange(1, len(values) + 1), np.array(values), width, last=64)) == width
