"""Every series at one moment: one unit in each row, and numbered series in the order of their numbers."""

import numpy as np
import pytest

from latentop.engine.run.store.bins import Bins, from_values
from latentop.tui.model.comparison import in_order
from latentop.tui.model.state import State
from latentop.tui.model.value_table import HEADS, table


def series(values: list[float]) -> Bins:
    steps = np.arange(1, len(values) + 1, dtype=np.int64)
    return from_values(steps, steps.astype(np.float64), np.array(values))


def test_numbered_series_stand_in_the_order_of_their_numbers() -> None:
    names = [f"kl/unit-{number}" for number in (1, 10, 2)]
    shown = table(State(series={name: series([0.5]) for name in names}))
    told = [line.split()[0] for line in shown.splitlines()[1:]]
    assert told == in_order(names) == ["kl/unit-1", "kl/unit-2", "kl/unit-10"]


def test_a_row_has_one_unit() -> None:
    bins = series([0.97])
    wide = Bins(
        **{
            **{name: getattr(bins, name) for name in bins.__slots__},
            "n": np.array([4]),
            "lo": np.array([0.96]),
        }
    )
    row = table(State(series={"diversity/coverage": wide})).splitlines()[1]
    assert row.split("  ", 1)[1].split() == ["97", "%", "of", "real", "96", "%", "97", "%", "1"]


def test_the_extremes_are_those_of_all_values_until_then() -> None:
    row = table(State(series={"loss/generator": series([3.0, 1.0, 2.0])})).splitlines()[1]
    assert row.split()[1:] == ["2", "nats", "1", "3", "3"]


WIDE = {
    "accuracy/discriminator": [0.693, 0.581, 0.96],
    "diversity/density": [-0.0308, 0.939],
    "score/fake": [0.03599, 0.4875, 0.3245],
}


@pytest.mark.parametrize("width", [100, 66, 58, 46])
def test_columns_give_way_to_narrow_lines_and_no_number_is_cut(width: int) -> None:
    state = State(series={name: series(values) for name, values in WIDE.items()})
    lines = table(state, width).splitlines()
    assert max(map(len, lines)) <= width
    for whole, line in zip(table(state).splitlines(), lines, strict=True):
        assert whole.split()[: len(line.split())] == line.split()


def test_the_step_goes_first_and_the_last_value_stays() -> None:
    state = State(series={name: series(values) for name, values in WIDE.items()})
    heads = [table(state, width).splitlines()[0].split() for width in (200, 58, 46, 30)]
    assert heads == [list(HEADS), list(HEADS[:4]), list(HEADS[:2]), list(HEADS[:2])]
    *_, last = table(state, 30).splitlines()
    assert last == "score/fake  0.3245 probability"
