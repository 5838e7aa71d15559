"""Tensors that say they lie on a device that is not here: as there, those of two devices can't be mixed."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


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
        if func is Tensor.to and isinstance(args[1], torch.device) and args[1].type != "cpu":
            there: Elsewhere = args[0].clone()
            there.place = args[1]
            return there
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


class Card(TorchFunctionMode):
    """While it is entered, there is a card ``cuda:0``: what is moved there lies there, what it does is noted.

    As on a real one, tensors of the processor's are not taken beside those of the card, but for indices.
    """

    place = torch.device("cuda:0")

    def __init__(self) -> None:
        super().__init__()
        self.did: set[str] = set()
        """Names of the functions that it was asked for."""
        self.kinds: set[torch.dtype] = set()
        """Of what it made."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Move, compute, or refuse."""
        given = [one for one in _all((*args, *(kwargs or {}).values())) if isinstance(one, Tensor)]
        there = [one for one in given if isinstance(one, Elsewhere)]
        if func is Tensor.to and self.place in args[1:]:
            return args[0] if there else self.moved(args[0])
        if not there or func in (Tensor.cpu, Tensor.to):
            return func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", str(func))
        if any(one.ndim for one in given if not isinstance(one, Elsewhere)) and name != "__getitem__":
            raise RuntimeError(f"Expected all tensors to be on the same device, but {name} found two")
        found = func(*args, **(kwargs or {}))
        made = [one.dtype for one in _all([found]) if isinstance(one, Elsewhere)]
        self.kinds.update(made)
        self.did.update([name] if made else [])
        return found

    def moved(self, tensor: Tensor) -> Elsewhere:
        """A copy of a tensor that lies on the card."""
        made = tensor.detach().clone().as_subclass(Elsewhere)
        made.place = self.place
        return made
