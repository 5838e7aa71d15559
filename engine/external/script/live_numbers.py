"""Numbers of a script that can be changed from the screen: learning rates, and what it declares itself."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Protocol

import numpy as np
from torch import Tensor
from torch.optim import Optimizer

from latentop.engine.external.script.calls.values import kind
from latentop.engine.run.errors import UsageError

Limits = tuple[float | None, float | None]
"""Least and most; None: there is none."""


class Number(Protocol):
    """A setting of the script's own: read and written where it lives."""

    bounds: Limits

    def read(self) -> object:
        """As it is now."""
        ...

    def write(self, value: Any) -> None:
        """From the next step on."""
        ...


class LearningRate:
    """The learning rate of one group of an optimiser's parameters.

    A schedule that multiplies the rate goes on from what is written; one that computes it from the initial
    rate finds that changed by the same factor.
    """

    bounds: Limits = (0.0, None)

    def __init__(self, optimiser: Optimizer, place: int) -> None:
        self._optimiser = optimiser
        self._place = place

    def read(self) -> float:
        """As it is now."""
        return float(self._group["lr"])

    def write(self, value: float) -> None:
        """From the next step on."""
        group, before = self._group, self.read()
        if isinstance(group["lr"], Tensor):  # a step that is captured or compiled reads it there
            group["lr"].fill_(value)
        else:
            group["lr"] = value
        if "initial_lr" in group and before > 0:
            group["initial_lr"] = float(group["initial_lr"]) * value / before

    @property
    def _group(self) -> dict[str, Any]:
        group: dict[str, Any] = self._optimiser.param_groups[self._place]
        return group


class Declared:
    """A number that lives here: the script asks for it at each step."""

    def __init__(self, value: float | int | bool, bounds: Limits) -> None:
        self.bounds = bounds
        self._value: float | int | bool = value

    def read(self) -> float | int | bool:
        """As it is now."""
        return self._value

    def write(self, value: float | int | bool) -> None:
        """From the next time on that the script asks."""
        self._value = value


def declared(name: Any, value: Any, bounds: tuple[Any, Any], known: Mapping[str, object]) -> Declared:
    """A script's number, checked; a resumed run knows what it was changed to. Raises UsageError."""
    if not isinstance(name, str) or not name.replace("_", "").replace("-", "").replace(".", "").isalnum():
        raise UsageError(f"setting {name!r} is not accepted", "accepted: letters, digits, _, - and .")
    if name.startswith(_TAKEN):
        raise UsageError(f"setting {name!r} is taken", f"accepted: any but {', '.join(_TAKEN)}")
    first = _plain(value)
    if first is None:
        raise UsageError(f"setting {name!r} is {kind(value)}", "accepted: a finite number, true or false")
    least, most = (None if one is None else _plain(one) for one in bounds)
    if (least, most) != bounds or (least is not None and most is not None and least > most):
        raise UsageError(
            f"setting {name!r} has the bounds {bounds}", "accepted: numbers, the smaller one first"
        )
    limits = (least, most)
    if not _within(first, limits):
        raise UsageError(f"setting {name!r} is {first}", f"accepted: a number within its bounds {bounds}")
    before = _plain(known.get(name))
    same = type(before) is type(first) and before is not None and _within(before, limits)
    return Declared(before if same and before is not None else first, limits)


_TAKEN = ("watch.", "keep.")
"""How settings begin that every run has."""


def _plain(value: Any) -> float | int | bool | None:
    """The number that it is, as Python's own; None where it is none."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray | Tensor) and value.ndim == 0):
        value = value.item()
    if isinstance(value, bool | int | float) and isfinite(value):
        return value
    return None


def _within(value: float | int | bool, limits: Limits) -> bool:
    least, most = limits
    return (least is None or value >= least) and (most is None or value <= most)
