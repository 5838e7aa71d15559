"""How a machine trains a preset fastest: found by a short trial, remembered, never assumed.

Threads wait for each other longer than a small network takes. Convolutions may or may not be faster where the
channels of a pixel lie side by side ("channels last"), as builds of torch differ. A GPU is asked for one
kernel after another, and asking takes longer than a small network's kernels do. All of this changes the order
of sums, so a run keeps the way that it began with, and runs of one preset on one machine have the same. What
a trial found stays in ``fastest.json`` in the user's cache, until that is deleted.

Measured on two cores (benchmarks/RESULTS.md): the way decides if dcgan takes its steps 1.40 or 0.97 times
as fast as the tutorial's loop, and small dense networks are faster on one thread. No card has judged it yet.
"""

import gc
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle, product

import psutil
import torch
from torch import nn

from latentop.engine.data import Dataset, Sampler
from latentop.engine.objectives import Objective, build_objective
from latentop.engine.train import card_order, devices, random_state
from latentop.engine.train.devices import CPU
from latentop.engine.train.fastest_ways_cache import FastestWays, Way, convolutions, key_of, way_of
from latentop.presets.schema import Preset

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
SMALL = 2**21
"""Weights up to which a processor may be faster than a GPU."""
COPIED = 2**30
"""Bytes of data that are copied to the processor for a trial, at most."""


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
    there are at most.
    """
    usual = Way(threads=torch.get_num_threads(), device=str(device))
    if device.type == "cuda" and not torch.version.hip and convolutions(objective):
        usual = replace(usual, searched=True)  # what cuDNN takes without a search, no search replaces later
    if before is not None:
        known = way_of(before) or usual
        if torch.device(known.device).type != device.type:
            return usual
        return replace(known, threads=min(known.threads, usual.threads), device=usual.device)
    if sum(one.nbytes for one in _weights(objective)) > LARGE or not _ways(
        preset, usual, convolutions(objective)
    ):
        return usual
    card = usual.device if device.type == "cpu" else devices.name(device)
    cache, key = FastestWays(), key_of(preset, dataset, replace(usual, device=card))
    with cache.alone():
        found = cache.get(key)
        if found is None and device.type == "cpu" and not os.environ.get("OMP_NUM_THREADS") and _busy():
            return usual  # fewer threads would seem fast beside others, and be slow without them
        if found is None and card_order.crowded(device):
            return usual
        if found is None:
            found = fastest(preset, dataset, usual, convolutions(objective))
            cache.put(key, found)
        return found or usual


def fastest(preset: Preset, dataset: Dataset, usual: Way, convolutions: list[nn.Module]) -> Way | None:
    """Try all ways in turns, each layout on networks of its own; random numbers stay as they are.

    None where there is no room for that, or where the usual way took too long to be timed.
    """
    ways = _ways(preset, usual, convolutions)
    return _raced([usual, *ways], preset, {usual.device: dataset}, usual) if ways else usual


def quicker(preset: Preset, dataset: Dataset, device: torch.device) -> torch.device:
    """The device that takes a preset's steps faster: the one where the ``dataset`` lies, or the processor.

    A processor has a chance with small networks alone, but not against steps that a GPU replays. What was
    found is remembered, as above.
    """
    if devices.graphs_wanted() or _is_processor(device):
        return device
    if sum(one.nbytes for one in (dataset.train, dataset.test)) > COPIED:
        return device
    with random_state.untouched(device):
        weights = sum(one.numel() for one in _weights(build_objective(preset, dataset.to(CPU), CPU)))
    if weights > SMALL:
        return device
    usual = Way(threads=torch.get_num_threads(), device=str(device))
    device_names = f"{devices.name(device)} or cpu"
    cache, key = FastestWays(), key_of(preset, dataset, replace(usual, device=device_names))
    with cache.alone():
        found = cache.get(key)
        if found is None and (card_order.crowded(device) or _busy()):
            return device  # what others use would seem slow, and be taken for that ever after
        if found is None:
            counts = {usual.threads} if os.environ.get("OMP_NUM_THREADS") else {usual.threads, 1}
            ways = [usual, *(Way(threads=count) for count in sorted(counts))]
            found = _raced(ways, preset, {usual.device: dataset, "cpu": dataset.to(CPU)}, usual)
            cache.put(key, found)
    return device if found is None or found.device == usual.device else CPU


def _ways(preset: Preset, usual: Way, convolutions: list[nn.Module]) -> list[Way]:
    """What may be faster than the usual way on its device."""
    # One's own network may know but one layout: Tensor.view does.
    layouts = (False, True) if convolutions and not preset.code else (False,)
    if torch.device(usual.device).type == "cpu":
        counts = {usual.threads} if os.environ.get("OMP_NUM_THREADS") else {usual.threads, 1}
        ways = [Way(threads=count, channels_last=last) for count, last in product(sorted(counts), layouts)]
        return [one for one in ways if one != usual]
    if torch.device(usual.device).type == "cuda" and convolutions:
        return [replace(usual, channels_last=True) for last in layouts if last]
    return []


def _busy() -> bool:
    """Whether others compute all along; a screen that opens does so for one look or two."""
    most = max(BUSY_SHARE, BUSY_CORES / (psutil.cpu_count() or 1))
    return all(psutil.cpu_percent(LOOK_SECONDS) > 100 * most for _ in range(LOOKS))


def _raced(ways: list[Way], preset: Preset, data: Mapping[str, Dataset], usual: Way) -> Way | None:
    """The fastest of the ways; None where that stays open. ``data`` has the dataset on each device."""
    threads, device = torch.get_num_threads(), torch.device(usual.device)
    try:
        with random_state.untouched(device):
            times = _times(ways, preset, data)
        return _best(times, usual) if len(times[usual]) > 1 or _is_processor(device) else None
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        return None
    finally:
        torch.set_num_threads(threads)
        gc.collect()  # networks of the trial, which may refer to each other
        devices.release(device)


def _times(ways: list[Way], preset: Preset, data: Mapping[str, Dataset]) -> dict[Way, list[float]]:
    """Seconds of each step, in turns, to the end of what the device was asked for."""
    # Threads need no networks of their own, and to build some takes longer than their steps.
    built = {
        key: build_objective(preset, data[key[0]], torch.device(key[0]))
        for key in dict.fromkeys((one.device, one.channels_last) for one in ways)
    }
    objectives = {one: built[one.device, one.channels_last] for one in ways}
    samplers = {
        one: Sampler(len(data[one.device].train), preset.per_step, preset.seed, torch.device(one.device))
        for one in ways
    }
    times: dict[Way, list[float]] = {one: [] for one in ways}

    def seconds(one: Way) -> float:
        one.take(objectives[one])
        dataset, chosen = data[one.device], next(samplers[one])
        began = time.perf_counter()
        objectives[one].step(dataset.train[chosen], dataset.train_labels[chosen])
        devices.wait(torch.device(one.device))
        return time.perf_counter() - began

    for one in ways:
        if one.device != "cpu":  # a device's first step loads kernels, and searches: no time is a step's
            seconds(one)
    end = time.monotonic() + SECONDS
    for one in cycle(ways):
        if time.monotonic() > end or len(times[one]) == ENOUGH:
            break
        times[one].append(seconds(one))
    return times


def _best(times: Mapping[Way, list[float]], usual: Way) -> Way:
    """By the median step, the first one left out: it makes what the others find made."""
    medians = {one: statistics.median(took[1:]) for one, took in times.items() if len(took) > 1}
    best = min(medians, key=lambda one: medians[one], default=usual)
    return best if best in medians and medians[best] * GAIN < medians.get(usual, 0.0) else usual


def _is_processor(device: torch.device) -> bool:
    return device.type == "cpu"


def _weights(objective: Objective) -> list[nn.Parameter]:
    return [one for network in objective.networks.values() for one in network.parameters()]
