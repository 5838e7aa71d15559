import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentop.tui.draw.charts.reduction import Reduced, reduce


def reduced(
    mean: list[float],
    *,
    step: list[int] | None = None,
    lo: list[float] | None = None,
    hi: list[float] | None = None,
    bad: list[int] | None = None,
    window: tuple[float, float] | None = None,
    columns: int = 10,
) -> Reduced:
    middle = np.array(mean, dtype=np.float64)
    return reduce(
        np.array(step if step is not None else range(len(mean)), dtype=np.int64),
        middle,
        np.array(lo, dtype=np.float64) if lo is not None else middle,
        np.array(hi, dtype=np.float64) if hi is not None else middle,
        np.array(bad if bad is not None else [0] * len(mean), dtype=np.int64),
        window=window or (0, max(1, len(mean))),
        columns=columns,
    )


def test_one_step_among_a_hundred_thousand_stays_an_extreme() -> None:
    values = [0.5] * 100_000
    values[70_123], values[31_007] = 9.0, -4.0
    series = reduced(values, columns=200)
    assert len(series.column) <= 200
    assert series.hi.max() == 9.0
    assert series.lo.min() == -4.0


def test_every_bad_value_is_counted() -> None:
    series = reduced([1.0, np.nan, 1.0, np.inf, 1.0, 1.0], bad=[0, 3, 0, 0, 2, 0], columns=2)
    assert series.bad.tolist() == [3, 3]
    assert series.mean.tolist() == [1.0, 1.0]


def test_a_column_without_a_finite_value_has_no_mean() -> None:
    series = reduced([1.0, np.nan, -np.inf, 2.0], columns=2, step=[0, 2, 3, 3], window=(0, 4))
    assert series.mean.tolist() == [1.0, 2.0]
    lost = reduced([np.nan, np.nan], columns=1)
    assert np.isnan(lost.mean).all()
    assert lost.bad.tolist() == [2]


def test_only_the_window_counts_and_its_ends_belong_to_it() -> None:
    series = reduced([5.0, 1.0, 2.0, 3.0, 5.0], step=[0, 10, 15, 20, 30], window=(10, 20), columns=4)
    assert series.column.tolist() == [0, 2, 3]
    assert series.mean.tolist() == [1.0, 2.0, 3.0]


def test_steps_that_go_back_after_a_rollback_share_their_column() -> None:
    series = reduced([1.0, 4.0, 3.0], step=[1, 9, 1], window=(0, 10), columns=10)
    assert series.column.tolist() == [1, 9]
    assert series.lo.tolist() == [1.0, 4.0]
    assert series.hi.tolist() == [3.0, 4.0]


def test_nothing_in_nothing_out() -> None:
    assert reduced([]).column.size == 0


@given(
    st.lists(st.floats(width=64), max_size=300),
    st.integers(1, 50),
)
def test_extremes_and_losses_survive_any_reduction(values: list[float], columns: int) -> None:
    series = reduced(values, columns=columns)
    finite = [min(max(value, -1e300), 1e300) for value in values if np.isfinite(value)]
    assert np.all(np.diff(series.column) > 0)
    assert series.bad.sum() == len(values) - len(finite)
    if finite:
        assert np.nanmax(series.hi) == max(finite)
        assert np.nanmin(series.lo) == min(finite)
        assert np.nanmin(series.mean) >= min(finite) - abs(min(finite)) * 1e-9
        assert np.nanmax(series.mean) == pytest.approx(np.nanmax(series.mean))
