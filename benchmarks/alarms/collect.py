"""Train a recipe from a seed, and keep its trace."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.alarms.ground_truth import Look, look, twins
from benchmarks.alarms.image_sets import CPU, Known, known
from benchmarks.alarms.label import label
from benchmarks.alarms.mode_counts import mode_counter
from benchmarks.alarms.recipe import Recipe
from benchmarks.alarms.run_trace import Trace, save, stored
from latentop.engine.data import load
from latentop.engine.objectives import Generative
from latentop.engine.run.errors import DataError
from latentop.engine.run.events import Scalars
from latentop.engine.train.trainer import Trainer
from latentop.engine.watch.samples.meters import meter_for
from latentop.engine.watch.samples.reading import Reading
from latentop.presets import catalogue
from latentop.presets.schema import Preset

DATA = "data"
"""The folder beside the traces."""


def keep(recipe: Recipe, seed: int, folder: Path, words: Sequence[str] = ()) -> str:
    """Collect one trace, settings changed by ``words``; save it, and say in a line what was true of it."""
    began = time.perf_counter()
    try:
        trace = collect(recipe, seed, folder, words)
    except DataError as error:
        return f"not collected: {error}"
    save(trace, folder)
    found = label(trace)
    return f"{found.kind}, onset {found.onset}, damage {found.damage}, {time.perf_counter() - began:.0f} s"


def data_of(recipe: Recipe, preset: Preset, folder: Path) -> Known:
    """What a recipe trains on; files that belong to no preset are kept in a folder beside the traces."""
    if recipe.source is None:
        return Known.plain(load(preset.data, CPU))
    return known(recipe.source, folder / DATA)


def collect(recipe: Recipe, seed: int, folder: Path, more: Sequence[str] = ()) -> Trace:
    """One run. Its clock is its steps, so that the watch sees the same on every machine."""
    torch.set_num_threads(1)  # runs go side by side
    words = [*recipe.words, *more, f"steps={recipe.steps}", f"seed={seed}", "device=cpu", "watch.every=86400"]
    preset = catalogue.load(catalogue.find(recipe.preset), words)
    data = data_of(recipe, preset, folder)
    dataset = data.dataset
    mode_counter(data.whole)  # which teaches its classifier before the training is timed
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
                apart.append((trainer.step, twins(batch, data)))
        if trainer.step % max(1, recipe.steps // recipe.looks) == 0:
            truth.append(look(trainer, data))
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
