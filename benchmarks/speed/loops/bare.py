"""The training loop and nothing else: ``python -m benchmarks.speed.loops.bare LOG PRESET [KEY=VALUE]…``.

The same data in memory, the same step, sampler, threads and memory layout as the worker's. Nothing is
recorded, watched, drawn or saved; the log holds when each step was done.
"""

import sys
from pathlib import Path

import torch

from benchmarks.speed.step_times import Log
from latentop.engine.data import Sampler, load
from latentop.engine.objectives import build_objective
from latentop.engine.train import devices, speed_trial
from latentop.presets import catalogue


def main() -> None:
    """Train until killed."""
    log, name, *overrides = sys.argv[1:]
    preset = catalogue.load(catalogue.find(name), overrides)
    device = devices.choose(preset.device).device
    devices.prepare(device)
    dataset = load(preset.data, device)
    torch.manual_seed(preset.seed)
    objective = build_objective(preset, dataset, device)
    speed_trial.way(preset, dataset, device, objective).take(objective)
    sampler = Sampler(len(dataset.train), preset.per_step, preset.seed, device)
    steps = Log(Path(log))
    for chosen in sampler:
        objective.step(dataset.train[chosen], dataset.train_labels[chosen])
        steps.stamp()


if __name__ == "__main__":
    main()
