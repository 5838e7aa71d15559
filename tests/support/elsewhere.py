"""Tensors that say they lie on a device that is not here: as there, those of two devices can't be mixed."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class Elsewhere(Tensor):
    """A tensor of the CPU's that says it lies on ``place``."""

    place: torch.device

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """Where it says that it lies."""
        return self.place

    @property
    def is_cpu(self) -> bool:  # type: ignore[override]
        """Never."""
        return False

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Refuse tensors of several devices; what comes of others lies where they do."""
        places = {one.place for one in _all((*args, *(kwargs or {}).values())) if hasattr(one, "place")}
        if len(places) > 1:
            raise RuntimeError(f"Expected all tensors to be on the same device, but found {places}")
        found = super().__torch_function__(func, types, args, kwargs)
        if func is Tensor.cpu:
            return found.as_subclass(Tensor)
        for one in _all([found]):
            if places and isinstance(one, cls):
                one.place = next(iter(places))
        return found


def lying_on(device: str, value: float, kind: type[Elsewhere] = Elsewhere) -> Elsewhere:
    """A 0-d tensor of that device."""
    made = torch.tensor(value).as_subclass(kind)
    made.place = torch.device(device)
    return made


def _all(values: Iterable[Any]) -> Iterable[Any]:
    for one in values:
        if isinstance(one, list | tuple):
            yield from _all(one)
        else:
            yield one
