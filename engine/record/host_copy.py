"""Bring recorded values to the host: 0-d tensors of many steps in one copy, not one by one.

Who records numbers alone, as of somebody's log, need not import torch for it.
"""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.events import Scalars


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One series on the host: float64 ``values`` at int64 ``steps`` and float64 ``walls``, all ``(n,)``."""

    steps: NDArray[np.int64]
    walls: NDArray[np.float64]
    values: NDArray[np.float64]


def gather(scalars: Iterable[Scalars]) -> dict[str, Column]:
    """Every series that the scalars hold, in their order."""
    rows: dict[str, list[tuple[int, float, object]]] = {}
    for one in scalars:
        for name, value in one.values.items():
            rows.setdefault(name, []).append((one.step, one.wall, value))
    values = iter(_to_host([value for column in rows.values() for _, _, value in column]))
    return {
        name: Column(
            steps=np.array([step for step, _, _ in column], dtype=np.int64),
            walls=np.array([wall for _, wall, _ in column], dtype=np.float64),
            values=np.array([next(values) for _ in column], dtype=np.float64),
        )
        for name, column in rows.items()
    }


def on_host(scalars: Sequence[Scalars]) -> list[Scalars]:
    """The same scalars with plain numbers for tensors: one copy for all of them."""
    values = iter(_to_host([value for one in scalars for value in one.values.values()]))
    return [replace(one, values={name: next(values) for name in one.values}) for one in scalars]


def _to_host(values: list[object]) -> list[float]:
    """The values in their order: one copy for the tensors of each device."""
    torch = sys.modules.get("torch")
    tensor = getattr(torch, "Tensor", None)
    if torch is None or tensor is None:  # nobody has one, nor while another thread is just importing torch
        return [float(value) for value in values]  # type: ignore[arg-type]
    if values and all(type(value) is tensor for value in values):  # as a run's own always are, of one device
        with suppress(RuntimeError):
            stacked = torch.stack(values)
            if stacked.dim() == 1:
                copied: list[float] = stacked.tolist()
                return copied
    found: list[float] = [0.0] * len(values)
    places: dict[object, list[int]] = {}
    for place, value in enumerate(values):
        if isinstance(value, tensor):
            places.setdefault(value.device, []).append(place)
        else:
            found[place] = float(value)  # type: ignore[arg-type]
    for held in places.values():
        for place, number in zip(held, _copied([values[place] for place in held]), strict=True):
            found[place] = number
    return found


def _copied(tensors: list[Any]) -> list[float]:
    """0-d tensors of one device as numbers; one by one where the device has no room for them side by side."""
    import torch

    from latentop.engine.train import devices

    try:
        copied: list[float] = torch.stack([one.reshape(()) for one in tensors]).tolist()
    except RuntimeError as error:
        if not devices.out_of_memory(error):
            raise
        copied = [one.item() for one in tensors]
    return copied
