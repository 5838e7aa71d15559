"""Rows of a log as columns and bins: sorted, shared, and no more bins than a chart can use."""

import numpy as np

from latentop.engine.external.log_columns import MOST_BINS, bins, joined
from latentop.engine.external.logs.rows import Rows
from latentop.engine.record.host_copy import Column
from latentop.engine.run.store.bins import Floats, Ints

NOW = 1.8e9


def rows(name: str, steps: Ints, values: Floats, walls: Floats | None = None) -> Rows:
    return Rows(name=name, steps=steps, walls=walls, values=values)


def test_the_last_value_of_a_step_counts_and_steps_ascend() -> None:
    steps = np.array([3, 1, 2, 3])
    found = joined({"a": [rows("a", steps, np.array([30.0, 10.0, 20.0, 31.0]))]}, NOW)["a"]
    assert found.steps.tolist() == [1, 2, 3]
    assert found.values.tolist() == [10.0, 20.0, 31.0]
    assert found.walls.tolist() == [NOW] * 3


def test_times_are_kept_where_they_are_told_and_possible() -> None:
    walls = np.array([1.7e9, np.nan, 1e300])
    found = joined({"a": [rows("a", np.array([1, 2, 3]), np.zeros(3), walls)]}, NOW)["a"]
    assert found.walls.tolist() == [1.7e9, NOW, NOW]


def test_series_that_were_logged_together_share_their_steps() -> None:
    first, second = np.arange(5), np.arange(5, 9)
    parts = {
        name: [rows(name, first, np.zeros(5)), rows(name, second, np.ones(4))] for name in ("one", "other")
    }
    found = joined(parts, NOW)
    assert found["one"].steps is found["other"].steps
    assert found["one"].steps.tolist() == list(range(9))


def test_however_far_steps_lie_apart_bins_are_few_and_keep_every_extreme() -> None:
    count = 100_000
    for gap in (1, 100):
        steps = gap * np.arange(1, count + 1)
        values = np.zeros(count)
        values[77_777], values[33_333] = 9.0, np.nan
        column = Column(steps=steps, walls=np.full(count, NOW), values=values)
        found = bins({"a": column})["a"]
        assert MOST_BINS / 4 < len(found) <= MOST_BINS
        assert (np.nanmax(found.hi), int(found.bad.sum()), int(found.n.sum())) == (9.0, 1, count)
