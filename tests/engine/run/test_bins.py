"""Bins: however a series is split, no extreme, no last value and no non-finite value is lost."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from latentop.engine.run.store.bins import COLUMNS, Bins, after, from_rows, from_values, group, join

LARGEST = float(np.finfo(np.float64).max)
SERIES = st.lists(st.floats() | st.sampled_from([1e300, -1e300, LARGEST, math.nan, math.inf]), max_size=40)
CUTS = st.lists(st.booleans(), min_size=40, max_size=40)


def bins_of(values: list[float]) -> Bins:
    """One bin for each value, at steps 1, 2, 3 …"""
    steps = np.arange(1, len(values) + 1)
    return from_values(steps, steps / 8, np.array(values, dtype=np.float64))


def keys_of(cuts: list[bool], count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Keys that grow at every cut."""
    return np.cumsum(cuts[:count], dtype=np.int64)


def parts_of(values: list[float], keys: list[int]) -> list[list[float]]:
    return [
        [value for value, own in zip(values, keys, strict=True) if own == key] for key in sorted(set(keys))
    ]


def assert_stands_for(bins: Bins, row: int, values: list[float]) -> None:
    """The row tells of these values what can be told in eight numbers."""
    finite = [value for value in values if math.isfinite(value)]
    assert bins.n[row] == len(values)
    assert bins.bad[row] == len(values) - len(finite)
    np.testing.assert_equal(bins.last[row], values[-1])
    if not finite:
        assert np.isnan([bins.mean[row], bins.lo[row], bins.hi[row]]).all()
        return
    assert bins.lo[row] == min(finite)
    assert bins.hi[row] == max(finite)
    assert bins.lo[row] <= bins.mean[row] <= bins.hi[row]
    exact = sum(map(Fraction, finite), Fraction(0)) / len(finite)
    scale = max(abs(Fraction(value)) for value in finite)
    assert abs(Fraction(float(bins.mean[row])) - exact) <= scale * Fraction(1, 10**12) + Fraction(5e-324)


@given(SERIES, CUTS)
@example([LARGEST] * 3, [False] * 40)
@example([0.1] * 10, [False] * 40)  # whose sum, by floats, is less than ten times a tenth
@example([math.nan, -math.inf], [False] * 40)
def test_a_group_tells_all_of_its_values(values: list[float], cuts: list[bool]) -> None:
    keys = keys_of(cuts, len(values))
    grouped = group(bins_of(values), keys)
    parts = parts_of(values, keys.tolist())
    assert len(grouped) == len(parts)
    ends = np.cumsum([len(part) for part in parts])
    assert grouped.step.tolist() == ends.tolist()
    assert grouped.wall.tolist() == (ends / 8).tolist()
    for row, part in enumerate(parts):
        assert_stands_for(grouped, row, part)


@given(SERIES, CUTS, CUTS)
def test_groups_of_groups_tell_what_the_values_tell(
    values: list[float], fine: list[bool], coarse: list[bool]
) -> None:
    first = keys_of(fine, len(values))
    once = group(bins_of(values), first)
    second = keys_of(coarse, len(once))
    twice = group(once, second)
    rows = np.cumsum(np.concatenate([[0], np.diff(first) > 0])) if values else first
    parts = parts_of(values, [int(second[row]) for row in rows])
    assert len(twice) == len(parts)
    for row, part in enumerate(parts):
        assert_stands_for(twice, row, part)


def test_a_mean_is_weighted_by_the_finite_values_behind_it() -> None:
    values = [1.0, 1.0, 1.0, math.nan, 5.0]
    uneven = group(bins_of(values), np.array([0, 0, 0, 0, 1]))
    assert group(uneven, np.array([0, 0])).mean.tolist() == [2.0]


@given(SERIES, st.integers(0, 40))
def test_a_series_cut_in_two_is_whole_again_when_joined(values: list[float], cut: int) -> None:
    whole = bins_of(values)
    head = after(bins_of(values[:cut]), 0)
    joined = join(head, after(whole, cut))
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))


@given(SERIES)
def test_rows_come_back_as_they_were(values: list[float]) -> None:
    whole = bins_of(values)
    back = from_rows(whole.rows())
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(back, name), getattr(whole, name))
        assert getattr(back, name).dtype == getattr(whole, name).dtype
