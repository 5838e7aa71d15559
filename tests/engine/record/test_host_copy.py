"""Gathering: every value of every series, in order and to the last digit, wherever it lay."""

import sys
from types import ModuleType
from typing import SupportsFloat

import numpy as np
import pytest
import torch

from latentop.engine.record.host_copy import gather
from latentop.engine.run.events import Scalars
from tests.support.elsewhere import lying_on


def test_each_series_has_its_own_steps_in_order() -> None:
    columns = gather(
        [
            Scalars(step=1, wall=0.5, values={"loss/generator": torch.tensor(1.0), "speed/steps": 9.0}),
            Scalars(step=2, wall=1.0, values={"loss/generator": torch.tensor(2.0)}),
            Scalars(step=3, wall=1.5, values={"speed/steps": 8.0, "loss/generator": 3}),
        ]
    )
    loss, speed = columns["loss/generator"], columns["speed/steps"]
    assert (loss.steps.tolist(), loss.walls.tolist(), loss.values.tolist()) == (
        [1, 2, 3],
        [0.5, 1.0, 1.5],
        [1.0, 2.0, 3.0],
    )
    assert (speed.steps.tolist(), speed.values.tolist()) == ([1, 3], [9.0, 8.0])


def test_no_value_is_changed_on_the_way() -> None:
    values: dict[str, SupportsFloat] = {
        "single": torch.tensor(0.1),
        "double": torch.tensor(1e300, dtype=torch.float64),
        "digits": torch.tensor(0.1, dtype=torch.float64),
        "count": torch.tensor(2**40 + 1),
        "half": torch.tensor(0.1, dtype=torch.bfloat16),
        "nan": torch.tensor(torch.nan),
        "numpy": np.float64(1e-300),
        "python": 7,
    }
    columns = gather([Scalars(step=1, wall=0.0, values=values)])
    assert list(columns) == list(values)
    for name, value in values.items():
        np.testing.assert_array_equal(columns[name].values, [float(value)])
        assert columns[name].values.dtype == np.float64


def test_nothing_gives_nothing() -> None:
    assert gather([]) == {}
    assert gather([Scalars(step=1, wall=0.0, values={})]) == {}


def test_values_of_two_devices_come_together() -> None:
    """As where the generator trains on one card and the discriminator on another."""
    scalars = [
        Scalars(
            step=step,
            wall=0.0,
            values={
                "loss/generator": lying_on("cuda:0", 10.0 + step),
                "speed/steps": 7.0,
                "loss/discriminator": lying_on("cuda:1", 20.0 + step),
            },
        )
        for step in (1, 2)
    ]
    columns = gather(scalars)
    assert {name: column.values.tolist() for name, column in columns.items()} == {
        "loss/generator": [11.0, 12.0],
        "speed/steps": [7.0, 7.0],
        "loss/discriminator": [21.0, 22.0],
    }


def test_a_full_device_loses_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB")

    monkeypatch.setattr(torch, "stack", full)
    (column,) = gather(
        [Scalars(step=step, wall=0.0, values={"loss": torch.tensor(0.5 * step)}) for step in (1, 2)]
    ).values()
    assert column.values.tolist() == [0.5, 1.0]


def test_numbers_are_gathered_while_another_thread_is_importing_torch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    found = gather([Scalars(step=1, wall=0.0, values={"loss": 2.5})])
    assert found["loss"].values.tolist() == [2.5]
