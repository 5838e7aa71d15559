"""Steps as times: there and back, pauses as wide as they were, in the unit that suits."""

from dataclasses import replace

import numpy as np
import pytest

from latentop.engine.run.store.bins import from_values
from latentop.tui.model.state import State
from latentop.tui.model.time_scale import time_scale


def run(walls: np.ndarray) -> State:
    steps = np.arange(1, len(walls) + 1, dtype=np.int64)
    return State(series={"loss/generator": from_values(steps, walls, np.ones(len(walls)))})


def test_a_step_is_found_where_it_was_put() -> None:
    scale = time_scale(run(1000.0 + np.arange(400) / 2), (0, 400))
    assert scale is not None
    for step in (1, 17, 250, 400):
        assert scale.step(scale.place(step)) == pytest.approx(step, abs=1)


def test_a_pause_is_as_wide_as_it_was() -> None:
    walls = np.arange(100.0)
    walls[50:] += 400
    scale = time_scale(run(walls), (0, 100))
    assert scale is not None
    before, pause = scale.place(50) - scale.place(1), scale.place(51) - scale.place(50)
    assert pause > 7 * before


@pytest.mark.parametrize(("seconds", "sign"), [(60, "s"), (1200, "min"), (20_000, "h"), (300_000, "d")])
def test_the_unit_suits_what_is_shown(seconds: int, sign: str) -> None:
    scale = time_scale(run(np.linspace(0, seconds, 200)), (0, 200))
    assert scale is not None
    assert scale.tell(scale.place(200)).endswith(f" {sign}")


def test_before_two_values_there_is_none() -> None:
    assert time_scale(State(), (0, 64)) is None
    assert time_scale(replace(run(np.zeros(1))), (0, 64)) is None
