"""How fast a step is in each way to take it; small presets beside the CPU; the worker beside its peers."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import psutil
import torch

from benchmarks.gpu import material
from benchmarks.gpu.check import Bench, Check, judged_on_card, skipped, told
from benchmarks.gpu.material import SMALL, dataset_of, preset_of, stepper
from benchmarks.speed.processes import family, loop, process_of, worker
from benchmarks.speed.rows import said
from benchmarks.speed.step_times import of_log, of_run
from benchmarks.speed.textbook import PEERS
from benchmarks.speed.turns import Racer, ratios, take_turns
from latentop.engine.objectives import Objective
from latentop.engine.train import speed_trial
from latentop.engine.train.fastest_ways_cache import Way

LITTLE = ("oscillation", "ring", "gan", "stacked")
"""Presets whose networks a processor may train faster."""
WRONG = 1.3
"""By how much the device that is passed over may be faster: trials are short."""
TARGET = 5.0
"""How much faster than a tutorial's loop the worker is to be on a card."""


def speed(bench: Bench) -> Iterator[Check]:
    """Steps a second of dcgan in every way, then of small presets here and on one thread of the CPU."""
    for batch in (16,) if bench.dry else (64, 256):
        yield from _ways(bench, batch)
    for name in LITTLE:
        yield _little(bench, name)


def peers(bench: Bench) -> Iterator[Check]:
    """The worker beside the loop alone, the loop of every tutorial, and Lightning, in turns on the device."""
    words = [f"device={bench.device}", *([*SMALL, "batch=16"] if bench.dry else [])]
    rounds, seconds = (1, 1.5) if bench.dry else (2, 2.5)
    there = [peer for peer in PEERS if find_spec(peer[1])]
    with ExitStack() as stack:
        run = stack.enter_context(worker(bench.folder, "dcgan", words))
        ours = Racer("the worker", partial(process_of, run), partial(of_run, run))
        racers, begun = [], []
        for module, name in [("bare", "the loop alone"), *((module, name) for module, _, name in there)]:
            log, errors = bench.folder / module, bench.folder / f"{module}.err"
            process = stack.enter_context(loop(module, log, "dcgan", *words, errors=errors))
            begun.append(partial(_begun, process, log, errors))
            racers.append(Racer(name, partial(family, process), partial(of_log, log)))
        for wait in begun:
            wait()
        take_turns([ours, *racers], rounds, seconds)
    for racer in racers:
        found = ratios(ours, racer)
        figure = f"{said(median(found))} × as fast as {racer.name}, {said(median(racer.speeds()))} steps/s"
        if racer is racers[0]:
            yield told(bench.placed(figure), racer.name)
        else:
            yield judged_on_card(bench, median(found) >= TARGET, figure, f"≥ {TARGET:.0f} ×", racer.name)
    for _, module, name in PEERS:
        if not find_spec(module):
            yield skipped(f"{module} is not installed", name)


def _begun(process: psutil.Process, log: Path, errors: Path) -> None:
    """Return when the loop has taken a step. Raises RuntimeError with its last words where it ended."""
    while not len(of_log(log)[0]):
        time.sleep(0.05)
        if process.status() == psutil.STATUS_ZOMBIE:
            words = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise RuntimeError(f"{log.name}: {words[-1] if words else 'ended without a word'}")


def _ways(bench: Bench, batch: int) -> Iterator[Check]:
    threads = torch.get_num_threads()
    usual = Way(threads=threads, device=bench.device)
    last = Way(threads=threads, device=bench.device, channels_last=True)
    searched = Way(threads=threads, device=bench.device, searched=True)
    both = Way(threads=threads, device=bench.device, searched=True, channels_last=True)
    low = "precision=bfloat16"
    tried = (
        ("as it is", usual, (), False),
        ("foreach", usual, (), True),
        ("searched", searched, (), False),
        ("channels last", last, (), False),
        ("searched, channels last", both, (), False),
        ("bfloat16", usual, (low,), False),
        ("bfloat16, searched, channels last", both, (low,), False),
    )
    first = 0.0
    try:
        for name, way, words, foreach in tried:
            preset = preset_of(bench, "dcgan", f"batch={batch}", *words)
            objective, take = stepper(preset, bench.device)
            way.take(objective)
            if foreach:
                _foreach(objective)
            found = material.speed(take, bench.device, _seconds(bench))
            first = first or found
            figure = f"{said(found)} steps/s, {said(found / first)} ×"
            yield told(bench.placed(figure), f"dcgan, batch {batch}, {name}")
    finally:
        torch.backends.cudnn.benchmark = False


def _little(bench: Bench, name: str) -> Check:
    """A small preset here and on one thread, and which of the two the worker would take."""
    preset = preset_of(bench, name)
    threads = torch.get_num_threads()
    _, take = stepper(preset, bench.device)
    here = material.speed(take, bench.device, _seconds(bench))
    torch.set_num_threads(1)
    try:
        _, take = stepper(preset, "cpu")
        there = material.speed(take, "cpu", _seconds(bench))
    finally:
        torch.set_num_threads(threads)
    taken = speed_trial.quicker(preset, dataset_of(preset.data, bench.device), torch.device(bench.device))
    chosen, other = (here, there) if taken == torch.device(bench.device) else (there, here)
    figure = f"{said(here)} steps/s on {bench.device}, {said(there)} on one thread; takes {taken}"
    return judged_on_card(bench, chosen * WRONG >= other, figure, "the faster one is taken", name)


def _foreach(objective: Objective) -> None:
    for optimiser in objective.optimisers.values():
        for group in optimiser.param_groups:
            group.update(fused=None, foreach=True)


def _seconds(bench: Bench) -> float:
    return 0.05 if bench.dry else 0.6
