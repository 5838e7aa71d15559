"""Train a recipe from a seed, and keep its trace."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.alarms.label import label
from benchmarks.alarms.recipes import Recipe
from benchmarks.alarms.trace import Trace, save, stored
from benchmarks.alarms.truth import CPU, Look, judge, look, twins
from engine.data import load
from engine.objectives import Generative
from engine.run.events import Scalars
from engine.trainer import Trainer
from engine.watch.diversity import Reading
from engine.watch.meters import meter_for
from presets import catalogue

LOOKS = 60
"""How often the truth is looked for in a run."""


def keep(recipe: Recipe, seed: int, folder: Path, words: Sequence[str] = ()) -> str:
    """Collect one trace, settings changed by ``words``; save it, and say in a line what was true of it."""
    began = time.perf_counter()
    trace = collect(recipe, seed, words)
    save(trace, folder)
    found = label(trace)
    return f"{found.kind}, onset {found.onset}, damage {found.damage}, {time.perf_counter() - began:.0f} s"


def collect(recipe: Recipe, seed: int, more: Sequence[str] = ()) -> Trace:
    """One run. Its clock is its steps, so that the watch sees the same on every machine."""
    torch.set_num_threads(1)  # runs go side by side
    words = [*recipe.words, *more, f"steps={recipe.steps}", f"seed={seed}", "device=cpu", "watch.every=86400"]
    preset = catalogue.load(catalogue.find(recipe.preset), words)
    dataset = load(preset.data, CPU)
    if len(dataset.shape) == 3:
        judge()
    now = 0.0
    trainer = Trainer(preset, dataset, CPU, wall=lambda: now, clock=lambda: now)
    build = meter_for(preset, dataset)
    meter = build() if build else None
    series: dict[str, list[float]] = {}
    readings: list[tuple[int, Reading]] = []
    samples: list[NDArray[Any]] = []
    apart: list[tuple[int, float]] = []
    validations: list[tuple[int, dict[str, float]]] = []
    truth: list[Look] = []
    checked = 0.0
    began, beside = time.perf_counter(), 0.0
    for event in trainer.run():
        if not isinstance(event, Scalars):
            continue
        if not any(name.startswith("grad/") for name in event.values):  # measured at intervals
            validations.append((event.step, {name: float(value) for name, value in event.values.items()}))
            continue
        now = trainer.step / recipe.speed
        for name, value in event.values.items():
            series.setdefault(name, []).append(float(value))
        started = time.perf_counter()
        if (
            meter is not None
            and isinstance(trainer.objective, Generative)
            and trainer.step % recipe.check == 0
        ):
            batch = trainer.objective.draw(meter.samples, seed + trainer.step)
            if batch.isfinite().all():
                samples.append(stored(batch))
                readings.append((trainer.step, meter.read(batch)))
            checked += time.perf_counter() - started
            if batch.ndim == 4 and batch.isfinite().all():
                apart.append((trainer.step, twins(batch, dataset.test)))
        if trainer.step % max(1, recipe.steps // LOOKS) == 0:
            truth.append(look(trainer, dataset))
        beside += time.perf_counter() - started
    return Trace(
        recipe=recipe.name,
        seed=seed,
        speed=recipe.speed,
        metered=meter is not None,
        series={name: np.array(values) for name, values in series.items()},
        readings=tuple(readings),
        validations=tuple(validations),
        truth=tuple(truth),
        twins=tuple(apart),
        samples=np.stack(samples) if samples else None,
        checked=checked,
        trained=time.perf_counter() - began - beside,
    )
