"""Every source of random numbers that training can touch, as plain data for a checkpoint."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any

import numpy as np
import torch

SEEDS = 2**32
"""How many seeds there are: what numpy takes."""


def state(device: torch.device, *others: torch.device) -> dict[str, Any]:
    """The state of the generators of python, numpy, torch, and of the devices that train.

    All in types that ``weights_only`` loads. Other devices are not asked: asking would start them.
    """
    name, keys, *rest = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": [name, torch.from_numpy(np.asarray(keys, dtype=np.int64)), *rest],
        "torch": torch.get_rng_state(),
        "device": _of_device(device),
        "others": [_of_device(one) for one in others],
    }


def seed(number: int) -> None:
    """Begin other random numbers everywhere; ``number`` is in [0, SEEDS)."""
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


def restore(saved: dict[str, Any], device: torch.device, *others: torch.device) -> str:
    """Put every generator back; return what could not be restored, as a sentence, or nothing.

    A generator belongs to a kind of device, whichever number the device has now.
    """
    random.setstate(saved["python"])
    name, keys, *rest = saved["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(saved["torch"])
    kept = [saved.get("device") or _older(saved, device), *saved.get("others", ())]
    lost = [
        one.type
        for one, known in zip_longest((device, *others), kept[: 1 + len(others)])
        if not _put_back(one, known)
    ]
    if not lost:
        return ""
    return f"the checkpoint has no random state of {lost[0]}: its random numbers begin anew"


@contextmanager
def untouched(device: torch.device, *others: torch.device) -> Iterator[None]:
    """Whatever draws random numbers meanwhile, those that follow are as they would have been."""
    before = state(device, *others)
    try:
        yield
    finally:
        restore(before, device, *others)


_WITH_GENERATORS = ("cuda", "xpu", "mps")
"""Kinds of devices that have a generator of their own."""


def _of_device(device: torch.device) -> dict[str, Any]:
    found = None
    if device.type == "mps":
        found = torch.mps.get_rng_state()
    elif device.type in _WITH_GENERATORS:
        found = torch.get_device_module(device.type).get_rng_state(device)
    return {"type": device.type, "state": found}


def _put_back(device: torch.device, known: Mapping[str, Any] | None) -> bool:
    """Whether the device's generator goes on from there, or it has none."""
    if device.type not in _WITH_GENERATORS:
        return True
    if known is None or known["type"] != device.type or known["state"] is None:
        return False
    if device.type == "mps":
        torch.mps.set_rng_state(known["state"])
    else:
        torch.get_device_module(device.type).set_rng_state(known["state"], device)
    return True


def _older(saved: dict[str, Any], device: torch.device) -> dict[str, Any] | None:
    """The device's state in older checkpoints, which hold those of all CUDA devices, or none."""
    every: list[torch.Tensor] = saved.get("cuda", [])
    place = (device.index or 0) if device.type == "cuda" else len(every)
    return {"type": device.type, "state": every[place]} if place < len(every) else None
