"""What people log as numbers, and what is none."""

from decimal import Decimal
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
import pytest
import torch

from latentop.engine.external.script.calls import values
from tests.support.elsewhere import lying_on

NUMBERS: list[tuple[Any, float]] = [
    (1.5, 1.5),
    (2, 2.0),
    (True, 1.0),
    (2**70, 2.0**70),
    (Decimal("0.25"), 0.25),
    (Fraction(1, 4), 0.25),
    (np.float32(0.5), 0.5),
    (np.float64(0.5), 0.5),
    (np.float16(0.5), 0.5),
    (np.int64(3), 3.0),
    (np.bool_(True), 1.0),
    (np.array(0.5), 0.5),
    (np.array([[3]]), 3.0),
    (torch.tensor(0.5), 0.5),
    (torch.tensor([[0.5]]), 0.5),
    (torch.tensor(0.5, dtype=torch.bfloat16), 0.5),
    (torch.tensor(0.5, dtype=torch.float16), 0.5),
    (torch.tensor(0.5, dtype=torch.float64), 0.5),
    (torch.tensor(3), 3.0),
    (torch.tensor(True), 1.0),
    (torch.nn.Parameter(torch.tensor(0.5)), 0.5),
    (torch.tensor(0.25, requires_grad=True) * 2, 0.5),
    (float("inf"), float("inf")),
    (torch.tensor(float("-inf")), float("-inf")),
]


@pytest.mark.parametrize(("value", "expected"), NUMBERS)
def test_a_number_of_any_kind(value: Any, expected: float) -> None:
    assert values.number(value) == expected


@pytest.mark.parametrize(
    "value", [float("nan"), np.float32("nan"), torch.tensor(float("nan")), Decimal("nan")]
)
def test_what_is_no_number_any_more_is_recorded_so(value: Any) -> None:
    assert isnan(float(values.number(value)))


@pytest.mark.parametrize(
    ("value", "called"),
    [
        ("0.5", "a str"),
        (b"1", "a bytes"),
        ([0.5], "a list"),
        (1j, "a complex"),
        (np.complex64(1), "a complex64"),
        (np.datetime64("2026-01-01"), "a datetime64"),
        (np.array([1.0, 2.0]), "an array of shape (2,)"),
        (np.array("x"), "an array of shape ()"),
        (np.array([]), "an array of shape (0,)"),
        (torch.zeros(2, 3), "a tensor of shape (2, 3)"),
        (torch.tensor(1j), "a tensor of shape ()"),
        (torch.zeros(1, device="meta"), "a tensor of shape (1,)"),
        pytest.param(object(), "an object", id="an object"),
        (float, "a type"),
    ],
)
def test_anything_else_is_called_what_it_is(value: Any, called: str) -> None:
    with pytest.raises(TypeError, match="accepted: a number, or a tensor or array with one element") as told:
        values.number(value)
    assert str(told.value).startswith(f"{called} is no number")


def test_a_number_too_large_is_told_as_such() -> None:
    with pytest.raises(TypeError, match=r"a number above 1\.8e\+308 can't be recorded"):
        values.number(10**400)


@pytest.mark.parametrize("places", [("cuda:1", "cuda:1"), ("cuda:0", "cuda:1")])
def test_what_is_computed_on_a_stream_of_the_script_s_own_is_waited_for(
    places: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recorder reads it on the default stream, which waits for no other by itself."""
    waited = []

    class Stream:
        def __init__(self, name: str) -> None:
            self.name = name

        def wait_stream(self, other: "Stream") -> None:
            waited.append(f"{self.name} for {other.name}")

    monkeypatch.setattr(torch.cuda, "default_stream", lambda device: Stream(f"default of {device}"))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: Stream(f"own of {device}"))
    found = values.own({"g": lying_on(places[0], 1.0), "speed": 3.0, "d": lying_on(places[1], 2.0)})
    assert {name: float(one) for name, one in found.items()} == {"g": 1.0, "speed": 3.0, "d": 2.0}
    assert sorted(waited) == [f"default of {one} for own of {one}" for one in sorted(set(places))]


def test_what_a_full_device_cannot_copy_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB")

    monkeypatch.setattr(torch, "stack", full)
    assert values.own({"loss": torch.tensor(0.5), "step": 1}) == {"loss": 0.5, "step": 1}
