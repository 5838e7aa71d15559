"""How a machine trains a preset fastest on its processors: found by a short trial, remembered, never assumed.

Threads wait for each other longer than a small network takes; convolutions may or may not be faster where the
channels of a pixel lie side by side ("channels last"), as builds of torch differ. Either changes the order of
sums, so a run keeps the way that it began with, and runs of the same preset on one machine have the same.
"""

import hashlib
import json
import os
import platform
import statistics
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import cycle, product
from pathlib import Path

import msgspec
import torch
from platformdirs import user_cache_path
from torch import nn

from engine import rng
from engine.data import Dataset, Sampler
from engine.objectives import Objective, build_objective
from presets import catalogue
from presets.schema import Preset

SECONDS = 2.0
"""What a trial may take."""
ENOUGH = 40
"""Steps of each way; fast ones need no longer."""
GAIN = 1.1
"""What is not so much faster is no reason to leave what torch does by itself."""
SILENT = ("title", "shows", "look_for", "source", "steps", "seed", "data.", "watch.", "keep.")
"""How the keys of settings begin that have no say in how long a step takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Threads of a step, and whether weights of convolutions lie with their channels last."""

    threads: int
    channels_last: bool = False

    def take(self, objective: Objective) -> None:
        """Have this process, and the objective's networks, compute so."""
        torch.set_num_threads(self.threads)
        if self.channels_last:
            for network in objective.networks.values():
                network.to(memory_format=torch.channels_last)


def way(preset: Preset, dataset: Dataset, device: torch.device, known: Mapping[str, object]) -> Way:
    """The way that a run began with, if that is ``known``; else what was fastest here, or is in a trial now.

    Who has set OMP_NUM_THREADS has decided how many threads; a device that is no processor has its own ways.
    """
    with suppress(msgspec.ValidationError):
        return msgspec.convert(dict(known), Way)
    usual = Way(threads=torch.get_num_threads())
    if device.type != "cpu":
        return usual
    memory, key = _Memory(), _key(preset, dataset, usual)
    found = memory.recall(key)
    if found is None:
        found = fastest(preset, dataset, usual)
        memory.remember(key, found)
    return found


def fastest(preset: Preset, dataset: Dataset, usual: Way) -> Way:
    """Try all ways in turns, each on networks of its own; random numbers stay as they are."""
    before, threads = rng.state(), torch.get_num_threads()
    try:
        trials = _trials(preset, dataset, usual)
        times: dict[Way, list[float]] = {one: [] for one in trials}
        end = time.monotonic() + SECONDS
        for one, (objective, sampler) in cycle(trials.items()):
            if time.monotonic() > end or len(trials) == 1 or len(times[one]) == ENOUGH:
                return _best(times, usual)
            one.take(objective)
            chosen = next(sampler)
            began = time.perf_counter()
            objective.step(dataset.train[chosen], dataset.train_labels[chosen])
            times[one].append(time.perf_counter() - began)
        raise AssertionError("there is always the usual way")
    finally:
        torch.set_num_threads(threads)
        rng.restore(before)


def _trials(preset: Preset, dataset: Dataset, usual: Way) -> dict[Way, tuple[Objective, Sampler]]:
    """Every way that may make a difference, and what it is tried with."""
    cpu = torch.device("cpu")
    networks = build_objective(preset, dataset, cpu).networks.values()
    convolutions = nn.Conv2d | nn.ConvTranspose2d
    convolves = any(isinstance(one, convolutions) for network in networks for one in network.modules())
    threads = {usual.threads} if os.environ.get("OMP_NUM_THREADS") else {usual.threads, 1}
    return {
        Way(threads=count, channels_last=channels_last): (
            build_objective(preset, dataset, cpu),
            Sampler(len(dataset.train), preset.per_step, preset.seed),
        )
        for count, channels_last in product(sorted(threads, reverse=True), (False, True)[: 1 + convolves])
    }


def _best(times: Mapping[Way, list[float]], usual: Way) -> Way:
    """By the median step, the first one left out: it makes what the others find made."""
    medians = {one: statistics.median(took[1:]) for one, took in times.items() if len(took) > 1}
    best = min(medians, key=lambda one: medians[one], default=usual)
    return best if best in medians and medians[best] * GAIN < medians.get(usual, 0.0) else usual


class _Memory:
    """What was fastest, by what was tried on what; a file in the user's cache, where there is one."""

    def __init__(self) -> None:
        self._path = user_cache_path("latentop") / "fastest.json"
        self._known: dict[str, dict[str, object]] = {}
        with suppress(OSError, ValueError):
            known = json.loads(self._path.read_text(encoding="utf-8"))
            self._known = known if isinstance(known, dict) else {}

    def recall(self, key: str) -> Way | None:
        with suppress(msgspec.ValidationError, KeyError):
            return msgspec.convert(self._known[key], Way)
        return None

    def remember(self, key: str, found: Way) -> None:
        unfinished = self._path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps({**self._known, key: asdict(found)}), encoding="utf-8")
            unfinished.replace(self._path)


def _key(preset: Preset, dataset: Dataset, usual: Way) -> str:
    """What decides how long a step takes: machine, torch, shapes, settings, one's own code."""
    every = catalogue.flatten(preset).items()
    settings = {name: value for name, value in every if not name.startswith(SILENT)}
    if preset.code:
        settings["code"] = hashlib.sha256(Path(preset.code).read_bytes()).hexdigest()
    machine = (platform.node(), platform.machine(), platform.processor(), torch.__version__, usual.threads)
    told = json.dumps([machine, dataset.shape, settings, os.environ.get("OMP_NUM_THREADS")], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
