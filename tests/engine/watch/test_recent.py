"""The window over recent steps: it holds the newest, in order, and nothing that is no longer so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentop.engine.checkpoint.snapshots import copy, on_host
from latentop.engine.watch.signals.recent import Recent


def as_lists(state: Any) -> Any:
    """As older checkpoints have it."""
    return {"steps": state["steps"].tolist(), "values": {k: v.tolist() for k, v in state["values"].items()}}


@given(sizes=st.lists(st.integers(1, 70), min_size=1, max_size=30), size=st.integers(1, 50))
def test_the_newest_steps_are_held_in_order_however_they_came(sizes: list[int], size: int) -> None:
    recent, series = Recent(size), np.random.default_rng(0).normal(size=sum(sizes))
    done = 0
    for count in sizes:
        steps = np.arange(done, done + count, dtype=np.int64)
        recent.extend(steps, {"a": series[steps]})
        done += count
    held = min(done, max(size, sizes[-1]))
    assert recent.steps.tolist() == list(range(done - held, done))
    assert recent.values("a").tolist() == series[done - held :].tolist()
    assert recent.last == done - 1


def test_series_come_and_go_between_phases() -> None:
    recent, ones = Recent(), np.ones(3)
    recent.extend(np.arange(3), {"a": ones, "b": ones})
    recent.extend(np.arange(3, 6), {"b": 2 * ones, "c": 3 * ones})
    assert set(recent.names) == {"b", "c"}
    assert recent.values("a").tolist() == []
    assert recent.values("b").tolist() == [1, 1, 1, 2, 2, 2]
    assert recent.values("c").tolist() == [3, 3, 3]


def test_a_step_back_forgets_all_that_was_before() -> None:
    recent = Recent()
    recent.extend(np.arange(10), {"a": np.zeros(10)})
    recent.extend(np.arange(9, 12), {"a": np.ones(3)})
    assert recent.steps.tolist() == [9, 10, 11]
    assert recent.values("a").tolist() == [1, 1, 1]


def test_the_latest_values_are_all_there_and_finite_or_none() -> None:
    recent = Recent()
    recent.extend(np.arange(4), {"a": np.array([np.nan, 1.0, 2.0, 3.0])})
    assert recent.latest("a", 4) is None
    assert recent.latest("a", 5) is None
    assert recent.latest("b", 1) is None
    found = recent.latest("a", 3)
    assert found is not None
    assert found.tolist() == [1, 2, 3]


@pytest.mark.parametrize("kept", [copy, on_host, as_lists])
def test_it_goes_through_a_checkpoint_and_on(kept: Callable[[Any], Any]) -> None:
    first, second = Recent(8), Recent(8)
    first.extend(np.arange(20), {"a": np.sqrt(np.arange(20.0))})
    second.restore(kept(first.state()))
    for recent in (first, second):
        recent.extend(np.arange(20, 23), {"a": np.arange(3.0)})
    assert second.steps.tolist() == first.steps.tolist()
    assert second.values("a").tolist() == first.values("a").tolist()


def test_what_is_held_stays_small() -> None:
    recent = Recent(100)
    for start in range(0, 5000, 10):
        recent.extend(np.arange(start, start + 10), {"a": np.zeros(10)})
    assert len(recent.values("a")) == len(recent.steps) == 100


def test_ragged_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="one value a step"):
        Recent().extend(np.arange(3), {"a": np.ones(2)})
