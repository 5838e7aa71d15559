"""What else could make a step faster: bfloat16, compiled networks, compiled networks and optimisers.

Not among what is measured by default, for compiling takes longer than that: ``python -m benchmarks ways``.
Each is held against the step as it is, threads and layout as the worker's. A trial at the start would choose
what is faster by a tenth (latentop.engine.train.speed_trial.GAIN).
"""

import time
from collections.abc import Callable
from statistics import median

import torch
from torch._inductor.utils import fresh_cache

from benchmarks.speed.rows import NONE, Budget, Row, said
from latentop.engine.data import Sampler, load
from latentop.engine.objectives import Objective, build_objective
from latentop.engine.train import devices, speed_trial
from latentop.presets import catalogue

MORE = ("gan", "convolutional", "wgan-gp")
"""Presets that are tried besides those of the other benchmarks; all of them call whole networks."""
WARM_STEPS = 4
TURN = 5
"""Steps that one takes before it is another's turn."""

Step = Callable[[], float]
"""Takes one, and says how many seconds it took."""
Change = Callable[[Objective], None]
"""What is done to an objective before its first step."""


def measure(budget: Budget) -> list[Row]:
    """Three rows a preset; a ratio above 1 says that the other way is faster."""
    threads = torch.get_num_threads()
    try:
        return [row for preset in (*budget.presets, *MORE) for row in _rows(preset, budget, threads)]
    finally:
        torch.set_num_threads(threads)


def _rows(preset: str, budget: Budget, threads: int) -> list[Row]:
    usual, _ = _stepper(preset, budget.overrides, threads)
    low = (*budget.overrides, "precision=bfloat16")
    tried: dict[str, Callable[[], tuple[Step, float]]] = {
        "in bfloat16": lambda: _stepper(preset, low, threads),
        "compiled networks": lambda: _stepper(preset, budget.overrides, threads, _networks),
        "compiled networks and optimisers": lambda: _stepper(preset, budget.overrides, threads, _all),
    }
    rows = []
    for name, begin in tried.items():
        what = f"{preset}: {name}"
        torch.compiler.reset()
        with fresh_cache():  # nothing that another has compiled is there
            try:
                rows.append(_against(usual, *begin(), what, budget.watch))
            except Exception as error:  # whatever keeps torch from it is the answer
                told = str(error).partition("\n")[0][:100].replace("|", "/")
                rows.append(Row(what=what, ours=NONE, note=f"{type(error).__name__}: {told}"))
    return rows


def _against(usual: Step, other: Step, began: float, what: str, seconds: float) -> Row:
    """They take turns for so long, each one at least; ``began``: seconds of the other's first steps."""
    times: dict[Step, list[float]] = {usual: [], other: []}
    end = time.monotonic() + seconds
    while not times[other] or time.monotonic() < end:
        for step, taken in times.items():
            taken += [step() for _ in range(TURN)]
    usually, otherwise = (median(taken) for taken in times.values())
    note = f"its first {WARM_STEPS} steps took {said(began)} s"
    peer = f"{said(1e3 * usually)} ms a step"
    return Row(what=what, ours=f"{said(usually / otherwise)} ×", peer=peer, note=note)


def _stepper(
    name: str, words: tuple[str, ...], threads: int, change: Change | None = None
) -> tuple[Step, float]:
    """Steps of a preset on so many threads at most, and the seconds that the first ones took."""
    preset = catalogue.load(catalogue.find(name), words)
    device = devices.CPU
    dataset = load(preset.data, device)
    torch.manual_seed(preset.seed)
    torch.set_num_threads(threads)
    objective = build_objective(preset, dataset, device)
    way = speed_trial.way(preset, dataset, device, objective)
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
    """Of a fused step there is nothing left to compile."""
    _networks(objective)
    for optimiser in objective.optimisers.values():
        for group in optimiser.param_groups:
            group.update(fused=None, foreach=True)
        optimiser.step = torch.compile(optimiser.step)  # type: ignore[assignment]
