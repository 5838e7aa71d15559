"""What else could make a step faster: bfloat16, compiled networks, compiled networks and optimisers.

Not among what is measured by default, for compiling takes longer than that: ``python -m benchmarks ways``.
Each is held against the step as it is, threads and layout as the worker's. A trial at the start would choose
what is faster by a tenth (engine.compute.GAIN).
"""

import os
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from statistics import median
from tempfile import TemporaryDirectory

import torch

from benchmarks.speed.rows import NONE, Budget, Row, said
from engine import compute, devices
from engine.data import Sampler, load
from engine.objectives import Objective, build_objective
from presets import catalogue

MORE = ("gan", "convolutional", "wgan-gp")
"""Presets that are tried besides those of the other benchmarks."""
CACHE = "TORCHINDUCTOR_CACHE_DIR"
"""Of the environment: where torch keeps what it has compiled."""
WARM_STEPS = 4
TURN = 5
"""Steps that one takes before it is another's turn."""

Step = Callable[[], float]
"""Takes one, and says how many seconds it took."""


def measure(budget: Budget) -> list[Row]:
    """Three rows a preset; a ratio above 1 says that the other way is faster."""
    return [row for preset in (*budget.presets, *MORE) for row in _race(preset, budget)]


def _race(preset: str, budget: Budget) -> list[Row]:
    usual, _ = _stepper(preset, budget.overrides)
    compiled = {"compiled networks": _networks, "compiled networks and optimisers": _all}
    rows = [_against(usual, f"{preset}: in bfloat16", preset, ("precision=bfloat16",), None, budget)]
    for what, change in compiled.items():
        rows.append(_against(usual, f"{preset}: {what}", preset, (), change, budget))
    return rows


def _against(
    usual: Step,
    what: str,
    preset: str,
    words: Sequence[str],
    change: Callable[[Objective], None] | None,
    budget: Budget,
) -> Row:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ[CACHE] = folder
        torch.compiler.reset()  # nothing that another has compiled is there
        try:
            other, took = _stepper(preset, (*budget.overrides, *words), change)
        except Exception as error:  # whatever keeps torch from it is the answer
            told = str(error).partition("\n")[0][:100].replace("|", "/")
            return Row(what=what, ours=NONE, note=f"{type(error).__name__}: {told}")
        return _raced(usual, other, what, took, budget)


def _raced(usual: Step, other: Step, what: str, took: float, budget: Budget) -> Row:
    times: dict[Step, list[float]] = {usual: [], other: []}
    end = time.monotonic() + budget.watch
    for step in cycle(times):
        if time.monotonic() > end:
            break
        times[step] += [step() for _ in range(TURN)]
    slow, fast = (median(one) for one in times.values())
    note = f"its first {WARM_STEPS} steps took {said(took)} s"
    return Row(what=what, ours=f"{said(slow / fast)} ×", peer=f"{said(1e3 * slow)} ms a step", note=note)


def _stepper(
    name: str, words: Sequence[str], change: Callable[[Objective], None] | None = None
) -> tuple[Step, float]:
    """Steps of a preset, and the seconds that the first ones took, with whatever they had to compile."""
    preset = catalogue.load(catalogue.find(name), words)
    device = devices.find("cpu")
    dataset = load(preset.data, device)
    torch.manual_seed(preset.seed)
    objective = build_objective(preset, dataset, device)
    way = compute.way(preset, dataset, device, objective)
    way.take(objective)
    sampler = Sampler(len(dataset.train), preset.per_step, preset.seed, device)
    if change:
        change(objective)

    def step() -> float:
        torch.set_num_threads(way.threads)
        chosen = next(sampler)
        began = time.perf_counter()
        objective.step(dataset.train[chosen], dataset.train_labels[chosen])
        return time.perf_counter() - began

    began = time.monotonic()
    for _ in range(WARM_STEPS):
        step()
    return step, time.monotonic() - began


def _networks(objective: Objective) -> None:
    for network in objective.networks.values():
        network.compile()


def _all(objective: Objective) -> None:
    _networks(objective)
    for optimiser in objective.optimisers.values():
        optimiser.step = torch.compile(optimiser.step)  # type: ignore[assignment]
