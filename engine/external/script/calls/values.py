"""What a script logs: names and values of any kind that people log, as plain numbers."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, SupportsFloat

import numpy as np
import torch
from torch import Tensor

from latentop.engine.train import devices

LONGEST_NAME = 100
"""Characters of a name."""


def flat(values: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values of nested mappings, as ``("loss/g", 1.0)`` of ``{"loss": {"g": 1.0}}``; no None."""
    for name, value in values.items():
        whole = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{whole}/")
        elif value is not None:
            yield whole, value


def number(value: Any) -> SupportsFloat:
    """The value as a float; a tensor of another device stays there, detached: nobody waits for it.

    Takes floats, integers, bools, numpy scalars, other real numbers, and arrays and tensors with one element,
    with or without gradients. Raises TypeError for anything else.
    """
    if isinstance(value, Tensor):
        if value.numel() == 1 and not value.is_complex() and not value.is_meta:
            return float(value.item()) if value.is_cpu else value.detach()
    elif isinstance(value, np.ndarray):
        if value.size == 1 and value.dtype.kind in "fiub":
            return float(value.reshape(())[()])
    elif hasattr(type(value), "__float__") and not isinstance(value, np.generic | complex):
        try:
            return float(value)
        except OverflowError:
            raise TypeError(f"a number above {sys.float_info.max:.1e} can't be recorded") from None
        except (TypeError, ValueError):
            pass
    elif isinstance(value, np.floating | np.integer | np.bool_):
        return float(value)
    raise TypeError(f"{kind(value)} is no number; accepted: a number, or a tensor or array with one element")


def own(values: Mapping[str, SupportsFloat]) -> dict[str, SupportsFloat]:
    """The same values, tensors copied: a script may change what it has logged, as a running sum."""
    tensors = {name: value for name, value in values.items() if isinstance(value, Tensor)}
    if not tensors:
        return dict(values)
    try:
        copied: Sequence[SupportsFloat] = _copied(list(tensors.values()))
    except RuntimeError as error:
        if not devices.out_of_memory(error):
            raise
        copied = [float(one.item()) for one in tensors.values()]
    for device in {one.device for one in tensors.values()}:
        devices.hand_over(device)
    return {**values, **dict(zip(tensors, copied, strict=True))}


def _copied(tensors: list[Tensor]) -> Sequence[Tensor]:
    """Copies of 0-d tensors, or of such with one element; at once where they are alike."""
    if all(one.dtype == tensors[0].dtype and one.device == tensors[0].device for one in tensors):
        return torch.stack([one.reshape(()) for one in tensors]).unbind()
    return [one.clone() for one in tensors]


def kind(value: Any) -> str:
    """What a value is, for messages: ``a str``, ``a tensor of shape (64, 1)``."""
    if isinstance(value, Tensor | np.ndarray):
        what = "a tensor" if isinstance(value, Tensor) else "an array"
        return f"{what} of shape {tuple(value.shape)}"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def printable(text: str) -> str:
    """The text on one line, what can't be printed spelt out."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
