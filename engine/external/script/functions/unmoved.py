"""Calling a script's own functions between two steps, so that its training can't tell."""

import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from latentop.engine.external.script import surroundings
from latentop.engine.external.script.functions import reachable
from latentop.engine.run.errors import UsageError
from latentop.engine.train import random_state


@contextmanager
def unmoved(function: Any, *, seed: int, networks: tuple[nn.Module, ...] = ()) -> Iterator[None]:
    """A function may be called meanwhile that draws random numbers and runs networks: it leaves no trace.

    Random numbers begin with ``seed``, also those of generators that the function holds, and go on afterwards
    as they would have. These networks and those that the function holds are in evaluation mode and without
    gradients; they have their modes, buffers and attributes back afterwards.

    Raises UsageError, before anything is called, where a network lies in parts on several processes.
    """
    seed %= random_state.SEEDS
    generators, held_networks = reachable.of(function)
    for network in (*networks, *held_networks):
        _refuse_sharded(network)
    with ExitStack() as stack:
        devices = _devices((*networks, *held_networks))
        stack.enter_context(random_state.untouched(*devices))
        states = [reachable.state(one) for one in generators]
        _seed(seed, devices)
        for one in generators:
            reachable.seed(one, seed)
        stack.enter_context(torch.no_grad())
        parts = dict.fromkeys(part for one in (*networks, *held_networks) for part in one.modules())
        before = [_Before(part) for part in parts]
        try:
            for part in parts:
                part.training = False
                if isinstance(part, DistributedDataParallel):
                    part.require_forward_param_sync = False  # other ranks draw no samples: none would answer
            with surroundings.put_back():
                yield
        finally:
            for part_before in before:
                part_before.restore()
            for generator, state in zip(generators, states, strict=True):
                reachable.set_state(generator, state)


class _Before:
    """A module as it is: its mode, what its buffers hold, and which objects its attributes are."""

    def __init__(self, part: nn.Module) -> None:
        self._part = part
        self._training = part.training
        self._attributes = dict(vars(part))
        named = list(part.named_buffers(recurse=False, remove_duplicate=False))
        self._contents = [(one, one.clone()) for _, one in named]
        self._buffers = dict(vars(part).get("_buffers", {}))

    def restore(self) -> None:
        attributes = vars(self._part)
        for name in attributes.keys() - self._attributes.keys():
            del attributes[name]
        attributes.update(self._attributes)
        self._part.training = self._training
        if (buffers := attributes.get("_buffers")) is not None:
            buffers.clear()
            buffers.update(self._buffers)
        for buffer, before in self._contents:  # .data: whoever has it for a backward pass finds it unchanged
            if buffer.shape == before.shape:
                buffer.data.copy_(before)
            else:
                buffer.data = before


def _seed(number: int, devices: Iterable[torch.device]) -> None:
    """Seed these devices alone: others would not be put back. None becomes current: that starts it."""
    random.seed(number)
    np.random.seed(number)
    torch.default_generator.manual_seed(number)
    for device in devices:
        if device.type == "mps":
            torch.mps.manual_seed(number)
        elif device.type in ("cuda", "xpu"):
            torch.get_device_module(device.type).default_generators[device.index].manual_seed(number)


def _devices(networks: tuple[nn.Module, ...]) -> list[torch.device]:
    """Every device whose random numbers may be drawn: the CPU, those of the networks, and all in use."""
    found = {torch.device("cpu"): None}
    for network in networks:
        found |= dict.fromkeys(one.device for one in (*network.parameters(), *network.buffers()))
    for kind in ("cuda", "xpu"):
        module = torch.get_device_module(kind)
        if module.is_initialized():  # first: to count devices starts a driver that children can't inherit
            found |= dict.fromkeys(torch.device(kind, place) for place in range(module.device_count()))
    return list(found)


def _refuse_sharded(network: nn.Module) -> None:
    """Raise UsageError where a network is sharded: the process that records would wait for ever."""
    if _sharded(network):
        raise UsageError(
            f"a network ({type(network).__name__}) lies in parts on several processes",
            "accepted: whole networks, as those in DistributedDataParallel; losses can be logged without any",
        )


def _sharded(network: nn.Module) -> bool:
    """Whether it is; where nobody has imported what shards, it can't be."""
    fsdp, tensor = (sys.modules.get(f"torch.distributed.{name}") for name in ("fsdp", "tensor"))
    wrapper = getattr(fsdp, "FullyShardedDataParallel", ())
    shard = getattr(tensor, "DTensor", ())
    return any(isinstance(part, wrapper) for part in network.modules()) or any(
        isinstance(one, shard) for one in network.parameters()
    )
