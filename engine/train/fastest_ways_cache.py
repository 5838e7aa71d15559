"""The ways to compute that were found fastest on this machine: ``fastest.json`` in the user's cache."""

import fcntl
import hashlib
import json
import os
import platform
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import torch
from torch import nn

from latentop.engine.data import Dataset
from latentop.engine.objectives import Objective
from latentop.engine.run import preferences
from latentop.presets import catalogue, fields
from latentop.presets.atomic_file import replacing
from latentop.presets.schema import Preset

NAME = "fastest.json"
CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
SILENT = (*fields.ABOUT, "steps", "seed", "data.", "watch.", "keep.")
NUMBERS = (".lr", ".schedule", ".beta1", ".beta2", ".clip")
"""How the keys of settings begin, and end, that have no say in how long a step takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Threads of a step, and whether weights of convolutions lie with their channels last.

    ``searched``: cuDNN tries all of its algorithms at the first steps, and takes the fastest.
    """

    threads: Annotated[int, msgspec.Meta(ge=1)]
    channels_last: bool = False
    searched: bool = False
    device: str = "cpu"

    def take(self, objective: Objective) -> None:
        """Have this process, and the objective's networks, compute so."""
        torch.set_num_threads(self.threads)
        torch.backends.cudnn.benchmark = self.searched
        for one in convolutions(objective) if self.channels_last else ():
            one.to(memory_format=torch.channels_last)


class FastestWays:
    """The ways found so far by their keys, in a file of the user's cache.

    Where there is no cache, as in many a container, nothing is kept.
    """

    def __init__(self) -> None:
        self._folder: Path | None = preferences.cache()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._folder = None

    def alone(self) -> ExitStack:
        """One trial at a time: beside another both would tell of a busy machine, and perhaps differently."""
        stack = ExitStack()
        if self._folder:
            with suppress(OSError):
                lock = stack.enter_context((self._folder / "fastest.lock").open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
        return stack

    def get(self, key: str) -> Way | None:
        """The way found under that key; None where there is none, or a damaged one."""
        return way_of(self._read().get(key))

    def put(self, key: str, found: Way | None) -> None:
        """Keep a way, where there is one and room for it."""
        if self._folder and found:
            with suppress(OSError), replacing(self._folder / NAME) as file:
                file.write(json.dumps({**self._read(), key: asdict(found)}).encode())

    def _read(self) -> dict[str, object]:
        with suppress(OSError, ValueError):
            known = json.loads((self._folder / NAME).read_text(encoding="utf-8")) if self._folder else {}
            if isinstance(known, dict):
                return known
        return {}


def way_of(noted: object) -> Way | None:
    """The way that was noted as plain values; None where they are none."""
    with suppress(msgspec.ValidationError):
        return msgspec.convert(noted, Way)
    return None


def convolutions(objective: Objective) -> list[nn.Module]:
    """All layers of the objective's networks whose weights can lie with their channels last."""
    modules = (one for network in objective.networks.values() for one in network.modules())
    return [one for one in modules if isinstance(one, CONVOLUTIONS)]


def key_of(preset: Preset, dataset: Dataset, usual: Way) -> str:
    """What decides how long a step takes: machine, torch, shapes, settings, one's own code."""
    every = catalogue.flatten(preset).items()
    named = {key: value for key, value in every if not (key.startswith(SILENT) or key.endswith(NUMBERS))}
    if preset.code:
        named["code"] = hashlib.sha256(Path(preset.code).read_bytes()).hexdigest()
    machine = (
        platform.node(),
        platform.machine(),
        platform.processor(),
        torch.__version__,
        usual.threads,
        usual.device,
    )
    told = json.dumps([machine, dataset.shape, named, os.environ.get("OMP_NUM_THREADS")], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
