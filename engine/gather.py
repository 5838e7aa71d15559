"""Bring recorded values to the host: 0-d tensors of many steps in one copy, not one by one."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.run.events import Scalars


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


def _to_host(values: list[object]) -> list[float]:
    tensors = [value for value in values if isinstance(value, torch.Tensor)]
    if not tensors:
        return [float(value) for value in values]  # type: ignore[arg-type]
    host = iter(torch.stack(tensors).tolist())
    return [next(host) if isinstance(value, torch.Tensor) else float(value) for value in values]  # type: ignore[arg-type]
