"""How a machine trains a preset fastest on its processors: found by a short trial, remembered, never assumed.

Threads wait for each other longer than a small network takes; convolutions may or may not be faster where the
channels of a pixel lie side by side ("channels last"), as builds of torch differ. Either changes the order of
sums, so a run keeps the way that it began with, and runs of one preset on one machine have the same: what a
trial found stays in ``fastest.json`` in the user's cache, until that is deleted.
"""

import fcntl
import gc
import hashlib
import json
import os
import platform
import statistics
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from itertools import cycle, product
from pathlib import Path
from typing import Annotated

import msgspec
import psutil
import torch
from platformdirs import user_cache_path
from torch import nn

from engine import rng
from engine.data import Dataset, Sampler
from engine.objectives import Objective, build_objective
from presets import catalogue
from presets.schema import Preset

NAME = "fastest.json"
SECONDS = 2.0
"""What a trial may take."""
ENOUGH = 40
"""Steps of each way; fast ones need no longer."""
GAIN = 1.1
"""What is not so much faster is no reason to leave what torch does by itself."""
BUSY_CORES, BUSY_SHARE = 0.6, 0.1
"""What others use, in processors and as a share of all, above which a trial would tell of them."""
LOOKS, LOOK_SECONDS = 5, 0.2
LARGE = 2**28
"""Bytes of weights from which on there may be no room for the networks of a trial beside them."""
SILENT = ("title", "shows", "look_for", "source", "steps", "seed", "data.", "watch.", "keep.")
NUMBERS = (".lr", ".schedule", ".beta1", ".beta2", ".clip")
"""How the keys of settings begin, and end, that have no say in how long a step takes."""
CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Threads of a step, and whether weights of convolutions lie with their channels last."""

    threads: Annotated[int, msgspec.Meta(ge=1)]
    channels_last: bool = False

    def take(self, objective: Objective) -> None:
        """Have this process, and the objective's networks, compute so."""
        torch.set_num_threads(self.threads)
        for one in _convolutions(objective) if self.channels_last else ():
            one.to(memory_format=torch.channels_last)


def way(
    preset: Preset,
    dataset: Dataset,
    device: torch.device,
    objective: Objective,
    *,
    before: Mapping[str, object] | None = None,
) -> Way:
    """How to compute the ``objective`` of a preset here.

    ``before`` is how a run that goes on has computed, {} where nobody noted it; None: the run begins. Then it
    is what was fastest here, or is now, in a trial. Who has set OMP_NUM_THREADS has decided how many threads
    there are at most. A device that is no processor has its own ways.
    """
    usual = Way(threads=torch.get_num_threads())
    if device.type != "cpu":
        return usual
    if before is not None:
        known = _known(before) or usual
        return Way(threads=min(known.threads, usual.threads), channels_last=known.channels_last)
    if sum(one.nbytes for network in objective.networks.values() for one in network.parameters()) > LARGE:
        return usual
    cache, key = _cache(), _key(preset, dataset, usual)
    with _alone(cache):
        found = _known(_remembered(cache).get(key))
        if found is None and not os.environ.get("OMP_NUM_THREADS") and _busy():
            return usual  # fewer threads would seem fast beside others, and be slow without them
        if found is None:
            found = fastest(preset, dataset, usual, _convolutions(objective))
            _remember(cache, key, found)
        return found


def fastest(preset: Preset, dataset: Dataset, usual: Way, convolutions: list[nn.Module]) -> Way:
    """Try all ways in turns, each on networks of its own; random numbers stay as they are."""
    before, threads = rng.state(), torch.get_num_threads()
    counts = {usual.threads} if os.environ.get("OMP_NUM_THREADS") else {usual.threads, 1}
    # One's own network may know but one layout: Tensor.view does.
    layouts = (False, True) if convolutions and not preset.code else (False,)
    ways = [Way(threads=count, channels_last=last) for count, last in product(sorted(counts), layouts)]
    if len(ways) == 1:
        return usual
    try:
        return _raced(ways, preset, dataset, usual)
    finally:
        torch.set_num_threads(threads)
        rng.restore(before)
        gc.collect()  # networks of the trial, which may refer to each other


def _busy() -> bool:
    """Whether others compute all along; a screen that opens does so for one look or two."""
    most = max(BUSY_SHARE, BUSY_CORES / (psutil.cpu_count() or 1))
    return all(psutil.cpu_percent(LOOK_SECONDS) > 100 * most for _ in range(LOOKS))


def _raced(ways: list[Way], preset: Preset, dataset: Dataset, usual: Way) -> Way:
    objectives = {one: build_objective(preset, dataset, torch.device("cpu")) for one in ways}
    samplers = {one: Sampler(len(dataset.train), preset.per_step, preset.seed) for one in ways}
    times: dict[Way, list[float]] = {one: [] for one in ways}
    end = time.monotonic() + SECONDS
    for one in cycle(ways):
        if time.monotonic() > end or len(times[one]) == ENOUGH:
            break
        one.take(objectives[one])
        chosen = next(samplers[one])
        began = time.perf_counter()
        objectives[one].step(dataset.train[chosen], dataset.train_labels[chosen])
        times[one].append(time.perf_counter() - began)
    return _best(times, usual)


def _best(times: Mapping[Way, list[float]], usual: Way) -> Way:
    """By the median step, the first one left out: it makes what the others find made."""
    medians = {one: statistics.median(took[1:]) for one, took in times.items() if len(took) > 1}
    best = min(medians, key=lambda one: medians[one], default=usual)
    return best if best in medians and medians[best] * GAIN < medians.get(usual, 0.0) else usual


def _convolutions(objective: Objective) -> list[nn.Module]:
    modules = (one for network in objective.networks.values() for one in network.modules())
    return [one for one in modules if isinstance(one, CONVOLUTIONS)]


def _cache() -> Path | None:
    """A folder for what was found; None where there is none, as in many a container: then nothing is kept."""
    with suppress(OSError, RuntimeError):
        return user_cache_path("latentop", ensure_exists=True)
    return None


def _alone(cache: Path | None) -> ExitStack:
    """One trial at a time: beside another both would tell of a busy machine, and perhaps differently."""
    stack = ExitStack()
    if cache:
        with suppress(OSError):
            lock = stack.enter_context((cache / "fastest.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
    return stack


def _remembered(cache: Path | None) -> dict[str, object]:
    with suppress(OSError, ValueError):
        known = json.loads((cache / NAME).read_text(encoding="utf-8")) if cache else {}
        if isinstance(known, dict):
            return known
    return {}


def _remember(cache: Path | None, key: str, found: Way) -> None:
    if cache:
        with suppress(OSError):
            unfinished = cache / f"{NAME}.{os.getpid()}"
            unfinished.write_text(json.dumps({**_remembered(cache), key: asdict(found)}), encoding="utf-8")
            unfinished.replace(cache / NAME)


def _known(noted: object) -> Way | None:
    with suppress(msgspec.ValidationError):
        return msgspec.convert(noted, Way)
    return None


def _key(preset: Preset, dataset: Dataset, usual: Way) -> str:
    """What decides how long a step takes: machine, torch, shapes, settings, one's own code."""
    every = catalogue.flatten(preset).items()
    named = {key: value for key, value in every if not (key.startswith(SILENT) or key.endswith(NUMBERS))}
    if preset.code:
        named["code"] = hashlib.sha256(Path(preset.code).read_bytes()).hexdigest()
    machine = (platform.node(), platform.machine(), platform.processor(), torch.__version__, usual.threads)
    told = json.dumps([machine, dataset.shape, named, os.environ.get("OMP_NUM_THREADS")], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
