import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.strip import Strip

from latentop.engine.run import series
from latentop.tui.draw.charts.axis import log_axis, log_ticks, row_axis, ticks, time_axis, value_axis
from latentop.tui.draw.charts.band import banded
from latentop.tui.draw.charts.chart import ChartStyle, VerticalMark, draw_chart
from latentop.tui.draw.charts.line import Line, extent
from latentop.tui.link.output_filter import nearest
from latentop.tui.model.chart_list import (
    ACCURACY,
    CODINGS,
    DIVERSITY,
    GRADIENTS,
    LOSSES,
    RECONSTRUCTION,
    SCORES,
    SPEED,
    UPDATES,
)
from latentop.tui.model.number_text import short
from latentop.tui.model.shown_series import Shown

ASCII = ChartStyle(ascii=True)


def line(values: Sequence[float], name: str = "generator", steps: Sequence[int] | None = None) -> Line:
    mean = np.array(values, dtype=np.float64)
    return Line(
        name=name,
        colour="#e0a03c",
        step=np.array(steps if steps is not None else range(len(values)), dtype=np.int64),
        mean=mean,
        lo=mean,
        hi=mean,
        bad=(~np.isfinite(mean)).astype(np.int64),
    )


def text(rows: list[Strip]) -> str:
    return "\n".join(row.text for row in rows)


def assert_size(rows: list[Strip], width: int, height: int) -> None:
    assert len(rows) == height
    assert [row.cell_length for row in rows] == [width] * height
    assert [sum(segment.cell_length for segment in row) for row in rows] == [width] * height


@settings(max_examples=150)
@given(
    st.lists(st.lists(st.floats(width=64), max_size=60), max_size=3),
    st.integers(0, 60),
    st.integers(0, 20),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(-5, 100),
)
def test_any_values_fill_any_size_exactly(
    series: list[list[float]],
    width: int,
    height: int,
    ascii: bool,
    colour: bool,
    log: bool,
    cursor: int | None,
) -> None:
    lines = [line(values, name=f"series {index}") for index, values in enumerate(series)]
    marks = [VerticalMark(step=3, label="edit lr")]
    rows = draw_chart(
        lines,
        width=width,
        height=height,
        style=ChartStyle(ascii=ascii, colour=colour),
        marks=marks,
        cursor=cursor,
        log=log,
    )
    assert_size(rows, width, height)
    if ascii:
        assert nearest(text(rows)).isascii()
        assert "?" not in nearest(text(rows))
    if not colour:
        assert all(segment.style is None or segment.style.color is None for row in rows for segment in row)


@pytest.mark.parametrize(
    "values",
    [[], [0.3], [0.7] * 50, [np.nan] * 20, [1e30, -1e30, 0.0], [-3.0, -2.0], [np.inf, 1.0, -np.inf]],
    ids=["none", "one", "constant", "all NaN", "huge", "negative", "infinite"],
)
@pytest.mark.parametrize("size", [(20, 4), (80, 12)])
def test_odd_series_are_drawn(values: list[float], size: tuple[int, int]) -> None:
    assert_size(draw_chart([line(values)], width=size[0], height=size[1]), *size)


def test_a_spike_of_one_step_among_100_000_reaches_the_top() -> None:
    values = np.full(100_000, 0.5)
    values[61_803] = 2.0
    calm = draw_chart([line(np.full(100_000, 0.5).tolist())], width=80, height=12, values=(0, 2))
    spiked = draw_chart([line(values.tolist())], width=80, height=12, values=(0, 2))
    assert calm[1].text.strip("│┤ 0.2") == ""
    assert spiked[1].text.strip("│┤ 0.2") != ""


def test_a_nan_stays_visible_and_the_line_goes_on_after_it() -> None:
    values = [0.5] * 60
    values[30] = np.nan
    rows = draw_chart([line(values)], width=80, height=12, style=ASCII)
    column = rows[1].text.index("x")
    assert column == pytest.approx(7 + 30 / 64 * 73, abs=1)
    drawn = next(row.text for row in rows[2:] if "*" in row.text)
    assert "*" in drawn[:column]
    assert "*" in drawn[column + 1 :]


def test_a_loss_that_became_nan_says_so_in_the_legend() -> None:
    assert "nan" in draw_chart([line([1.0, np.nan])], width=40, height=8)[0].text


def test_the_legend_names_every_line_with_its_last_value() -> None:
    rows = draw_chart([line([1.0, 0.71]), line([0.63], name="discriminator")], width=60, height=10)
    assert "generator 0.71" in rows[0].text
    assert "discriminator 0.63" in rows[0].text


@pytest.mark.parametrize(("width", "told"), [(60, "87.3 %"), (12, "87 %")])
def test_the_legend_tells_shares_in_percent_also_at_the_cursor(width: int, told: str) -> None:
    shares = replace(line([0.873, 1.05], name="coverage"), relative=True)
    then = draw_chart([shares], width=width, height=10, cursor=0)[0].text
    assert then.endswith(told) or f"{told} " in then
    assert "105 %" in draw_chart([shares], width=width, height=10)[0].text


@pytest.mark.parametrize("style", [ChartStyle(), ChartStyle(colour=False), ASCII])
def test_names_in_the_legend_stay_whole_beside_the_samples_at_80_columns(style: ChartStyle) -> None:
    lines = [line([0.853]), line([0.478], name="discriminator")]
    legend = draw_chart(lines, width=41, height=8, style=style)[0].text
    assert "generator 0.853" in legend
    assert "discriminator 0.478" in legend


@pytest.mark.parametrize(
    "shown",
    [
        *(chart.series for chart in (LOSSES, SCORES, DIVERSITY, CODINGS, RECONSTRUCTION, ACCURACY, SPEED)),
        *(chart.series[:2] for chart in (GRADIENTS, UPDATES)),
    ],
)
def test_every_chart_names_its_lines_whole_at_80_columns(shown: tuple[Shown, ...]) -> None:
    values = [0.0056, 13.9, 30.0, 9.0] if len(shown) == 4 else [0.853] * len(shown)
    lines = [
        replace(line([value], name=one.legend), relative=series.of(one.name).relative)
        for one, value in zip(shown, values, strict=True)
    ]
    legend = draw_chart(lines, width=41, height=8)[0].text
    words = [word for word in legend.replace("── ", "").split() if not word[0].isdigit() and word != "%"]
    assert words == [one.legend for one in shown]


def test_chosen_series_lose_their_families_before_their_letters() -> None:
    chosen = [line([0.853], name=name) for name in ("diversity/coverage", "loss/generator", "speed/steps")]
    legend = draw_chart(chosen, width=44, height=8)[0].text
    assert legend.split() == ["coverage", "0.853", "generator", "0.853", "steps", "0.853"]
    alike = [line([0.853], name=f"{family}/generator") for family in ("loss", "grad", "update")]
    legend = draw_chart(alike, width=44, height=8)[0].text
    assert legend.split() == ["loss", "0.853", "grad", "0.853", "update", "0.853"]
    unlike = [line([0.853], name=name) for name in ("loss/generator", "loss/total", "grad/generator")]
    assert "loss/gen… 0.85" in draw_chart(unlike, width=44, height=8)[0].text


def test_a_narrow_legend_cuts_names_and_never_a_value() -> None:
    rows = draw_chart([line([0.853]), line([0.478], name="discriminator")], width=20, height=4)
    assert rows[0].text.split() == ["gen…", "0.85", "dis…", "0.48"]


def test_without_colour_lines_differ_by_their_strokes() -> None:
    lines = [line([1.0] * 60), line([0.2] * 60, name="discriminator")]
    drawn = text(draw_chart(lines, width=60, height=10, style=ChartStyle(colour=False)))
    assert "─ generator" in drawn
    assert "• discriminator" in drawn
    assert drawn.count("•") > 20


def test_marks_stand_at_their_step_with_their_label() -> None:
    marks = [VerticalMark(step=32, label="rollback"), VerticalMark(step=9999, label="elsewhere")]
    rows = draw_chart([line([0.5] * 10)], width=80, height=12, marks=marks)
    drawn = text(rows)
    assert "┊rollback" in drawn
    assert "elsewhere" not in drawn
    assert rows[4].text.index("┊") == pytest.approx(7 + 73 / 2, abs=1)


def test_a_mark_without_a_label_is_a_tick_on_the_axis() -> None:
    rows = draw_chart([line([0.5] * 64)], width=80, height=12, marks=[VerticalMark(step=20)])
    assert rows[10].text.count("┴") == 1
    assert rows[10].text.index("┴") == 7 + int(20 / 64 * 73)
    assert "┊" not in text(rows)


def test_a_mark_hides_no_spike_and_its_label_no_line() -> None:
    values = [0.0] * 60
    values[20] = 2.0
    marks = [VerticalMark(step=20, label="rollback")]
    rows = draw_chart([line(values)], width=80, height=12, values=(0, 2), style=ASCII, marks=marks)
    column = 7 + int(20 / 64 * 73)
    assert rows[1].text[column] in "*:"  # the spike itself, or what reaches from the smoothed line to it
    assert all({"*", ":"} & set(row.text) for row in rows[1:10])
    assert rows[9].text.count("*") > 50
    assert "rollback" in text(rows)


def test_more_points_change_only_the_cells_they_fall_in() -> None:
    rng = np.random.default_rng(0)
    values = rng.uniform(0.2, 0.9, 50).tolist()
    before = draw_chart([line(values)], width=80, height=12)
    after = draw_chart([line([*values, 0.5])], width=80, height=12)
    column = 7 + int(48 / 64 * 73)
    assert [row.text[:column] for row in before[1:]] == [row.text[:column] for row in after[1:]]


def test_a_time_axis_ends_within_a_twelfth_of_the_newest_step_and_moves_seldom() -> None:
    ends = [time_axis(step) for step in (0, 64, 65, 97, 1000, 2167, 100_000)]
    assert ends == [64, 64, 68, 100, 1024, 2176, 102_400]
    every = range(64, 5000)
    assert all(step <= time_axis(step) <= 1.08 * step for step in every)
    assert len({time_axis(step) for step in every}) < 100


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_a_logarithmic_axis_holds_its_values_between_round_ones(one: float, other: float) -> None:
    lower, upper = log_axis(min(one, other), max(one, other))
    assert lower < upper
    assert 10**lower <= min(one, other) * 1.000001
    assert 10**upper >= max(one, other) * 0.999999
    for end in (lower, upper):
        assert round(10 ** (end % 1), 6) in (1.0, 2.0, 5.0, 10.0)


def test_a_logarithmic_axis_stays_while_it_holds_what_is_drawn() -> None:
    first = log_axis(0.011, 0.9)
    assert log_axis(0.02, 0.5, first) == first
    assert log_axis(1e-9, 0.5, first) != first


def test_logarithmic_ticks_are_few_and_ascend() -> None:
    for lower, upper, at_most in ((-3.0, 2.0, 4), (-0.3, 0.7, 5), (-20.0, 20.0, 6), (0.0, 0.30103, 4)):
        found = log_ticks(lower, upper, at_most)
        assert 1 <= len(found) <= at_most
        assert found == sorted(set(found))
        assert all(lower - 1e-6 <= one <= upper + 1e-6 for one in found)


def test_decades_have_the_same_height_on_a_logarithmic_axis() -> None:
    rows = draw_chart([line([100.0] * 20 + [1.0] * 20 + [0.01] * 20)], width=80, height=15, log=True)
    flat = re.compile("[⠉⠒⠤⣀]{8}")
    heights = [place for place, row in enumerate(rows) if flat.search(row.text)]
    assert "100" in text(rows)
    assert "0.01" in text(rows)
    assert len(heights) == 3
    assert abs((heights[1] - heights[0]) - (heights[2] - heights[1])) <= 1


def test_where_the_mean_is_not_positive_a_logarithmic_axis_has_a_gap() -> None:
    values = [1.0] * 20 + [0.0] * 10 + [-3.0] * 10 + [10.0] * 20
    rows = draw_chart([line(values)], width=80, height=12, log=True, style=ASCII)
    assert_size(rows, 80, 12)
    drawn = {place for row in rows[1:-2] for place, cell in enumerate(row.text) if place > 7 and cell in "*:"}
    assert min(drawn) < 12
    assert drawn.isdisjoint(range(37, 50))
    assert max(drawn) > 65


def test_at_the_cursor_stands_a_line_and_the_legend_has_the_values_of_then() -> None:
    values = [float(step) for step in range(64)]
    rows = draw_chart([line(values)], width=80, height=12, cursor=20, style=ASCII)
    assert "generator 20" in rows[0].text
    column = 7 + int(20 / 64 * 73)
    assert all(row.text[column] in "│*:" for row in rows[1:10])
    assert "generator 63" in draw_chart([line(values)], width=80, height=12)[0].text


def test_before_the_first_value_the_legend_has_none() -> None:
    rows = draw_chart([line([0.5], steps=[50])], width=60, height=10, cursor=10)
    assert "0.5" not in rows[0].text


def test_noise_is_smoothed_and_its_extremes_stay_to_be_seen() -> None:
    values = [1.0 if step % 2 else 0.0 for step in range(2000)]
    rows = draw_chart([line(values)], width=80, height=12, values=(0, 1))
    middle = "".join(row.text[7:] for row in rows[4:8])
    assert middle.count("⠒") + middle.count("⠤") + middle.count("⣀") + middle.count("⠉") > 40
    assert rows[1].text[7:].strip()
    assert rows[9].text[7:].strip()


def test_a_few_values_are_joined_as_they_are() -> None:
    one = [0.0, 1.0, 0.0, 1.0, 0.0]
    rows = draw_chart([line(one, steps=[0, 16, 32, 48, 64])], width=80, height=12, values=(0, 1), style=ASCII)
    assert rows[1].text.count("*") >= 2
    assert rows[9].text.count("*") >= 2


def test_a_value_axis_moves_only_when_it_must() -> None:
    first = value_axis(0.1, 0.9)
    assert first == (0.0, 1.0)
    assert value_axis(0.05, 0.99, first) == first
    assert value_axis(0.1, 1.3, first) == (0.0, 1.5)
    assert value_axis(0.0, 0.05, first) == (0.0, 0.05)
    assert value_axis(np.nan, np.nan, first) == first


@given(st.floats(-1e30, 1e30), st.floats(-1e30, 1e30))
def test_a_value_axis_holds_its_values(one: float, other: float) -> None:
    lower, upper = value_axis(one, other)
    slack = (upper - lower) * 1e-5
    assert lower < upper
    assert lower - slack <= min(one, other)
    assert max(one, other) <= upper + slack


@given(st.floats(-1e30, 1e30), st.floats(1e-6, 1e30), st.integers(1, 20))
def test_ticks_are_few_and_inside(lower: float, span: float, at_most: int) -> None:
    found = ticks(*value_axis(lower, lower + span), at_most)
    assert len(found) <= at_most
    assert found == sorted(found)


@given(st.floats(-1e30, 1e30), st.floats(1e-6, 1e30), st.integers(2, 60))
def test_what_stands_beside_a_row_is_the_value_in_its_middle(lower: float, span: float, rows: int) -> None:
    lo, hi = value_axis(lower, lower + span)
    (bottom, top), found = row_axis(lo, hi, rows, max(2, rows // 2))
    high = (top - bottom) / rows
    assert bottom <= lo + 1e-6 * high
    assert hi - 1e-6 * high <= top
    assert high <= 2.7 * (hi - lo) / rows, "not much more than what is needed"
    assert 2 <= len(found) <= max(3, rows // 2)
    for value in found:
        place = (value - bottom) / high
        assert abs(place - int(place) - 0.5) < 1e-3


def test_a_value_stands_as_high_as_its_label() -> None:
    for height in range(7, 30):
        rows = text(draw_chart([line([0.6] * 64)], width=80, height=height, values=(0, 1.5))).splitlines()
        labelled = {
            float(label): place
            for place, row in enumerate(rows)
            if (label := row.partition("┤")[0].strip()) and "┤" in row
        }
        drawn = next(place for place, row in enumerate(rows) if any("⠀" < one < "⣿" for one in row))
        below, above = (
            [label for label, place in labelled.items() if place > drawn],
            [label for label, place in labelled.items() if place < drawn],
        )
        assert all(label < 0.6 for label in below)
        assert all(label > 0.6 for label in above)
        assert labelled.get(0.6, drawn) == drawn


@given(st.floats(width=64))
def test_labels_are_short(value: float) -> None:
    assert len(short(value)) <= 7


def test_labels_read_like_a_person_would_write_them() -> None:
    values = (0, 0.25, 0.01234, 999.6, 1234, 20_000, 999_999, 1_500_000, 1e30, -1e30, 2e-5)
    assert [short(value) for value in values] == [
        "0", "0.25", "0.0123", "1000", "1234", "20k", "1M", "1.5M", "1e30", "-1e30", "2e-5",
    ]  # fmt: skip
    assert short(0.01234, 4) == "0.01234"
    odd = (1234.5, -1234.5, 0.00015, -0.00015, 0.000153, -9999.6)
    assert [short(value) for value in odd] == ["1234", "-1234", "0.00015", "-1.5e-4", "0.00015", "-10k"]
    assert (short(-0.00016, 1), short(0.04, 1)) == ("-0.0002", "0.04")


def test_the_extent_leaves_out_what_is_not_finite() -> None:
    assert extent([line([1.0, np.nan, -2.0, np.inf])]) == (-2.0, 1.0)
    assert np.isnan(extent([])).all()


def test_lines_too_near_to_part_take_turns_in_their_colours() -> None:
    lines = [line([0.53] * 64), replace(line([0.52] * 64, name="discriminator"), colour="#4f9cd8")]
    rows = draw_chart(lines, width=80, height=10, values=(0, 1))
    inks = [str(segment.style.color.name) for row in rows[1:-2] for segment in row if _in_braille(segment)]
    assert inks.count("#e0a03c") > 20
    assert inks.count("#4f9cd8") > 20


def _in_braille(segment: Segment) -> bool:
    return any("\u2800" < character <= "\u28ff" for character in segment.text)


def test_the_band_of_a_mean_reaches_a_standard_deviation_to_each_side() -> None:
    mean = line([0.5] * 50 + [0.7] * 50, name="frozen")
    made = banded(mean, np.array([0, 99]), np.array([0.1, 0.1]))
    assert (made.lo[0], made.hi[0], made.lo[-1], made.hi[-1]) == pytest.approx((0.4, 0.6, 0.6, 0.8))
    assert made.mean.tolist() == mean.mean.tolist()
    whole, alone = (
        text(draw_chart([one], width=60, height=20, values=(0, 1), style=ASCII)) for one in (made, mean)
    )
    assert whole.count(":") > 100 > 10 > alone.count(":")


def test_a_spread_that_is_not_finite_or_not_known_yet_makes_no_band() -> None:
    mean = line([0.5, 0.7], name="frozen")
    for step, sd in (([], []), ([0, 1], [np.nan, np.nan])):
        made = banded(mean, np.array(step, dtype=np.int64), np.array(sd, dtype=np.float64))
        assert made.lo.tolist() == made.hi.tolist() == mean.mean.tolist()


@pytest.mark.parametrize(
    ("width", "said"),
    [(80, "── fine-tuned 0.742 ±0.01 "), (50, "fine-tuned 0.742  frozen"), (40, "fine-tuned 0.74 frozen")],
)
def test_the_legend_says_a_standard_deviation_where_there_is_room(width: int, said: str) -> None:
    arms = [replace(line([0.742], name=name), sd=0.012) for name in ("fine-tuned", "frozen", "scratch")]
    legend = draw_chart(arms, width=width, height=10)[0].text
    assert said in legend
    assert ("±" in legend) == ("±" in said)
    assert nearest(legend).count("+-0.01") == legend.count("±0.01")


def test_of_a_share_the_standard_deviation_is_in_percent_too() -> None:
    arm = replace(line([0.742], name="frozen"), sd=0.0042, relative=True)
    assert "frozen 74.2 % ±0.4 %" in draw_chart([arm], width=60, height=10)[0].text


def test_steps_and_shares_are_told_on_the_axes_as_everywhere_else() -> None:
    known = line([0.2, 0.9], steps=[0, 6000])
    shares = text(draw_chart([replace(known, relative=True)], width=60, height=12, steps=(0, 6000)))
    assert "2 000" in shares
    assert " %┤" in shares
    values = text(draw_chart([known], width=60, height=12, steps=(0, 60_000)))
    assert "20k" in values
    assert "%" not in values
