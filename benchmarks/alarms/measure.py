"""Read the samples of a trace again, by the meter as it is now."""

import json
from pathlib import Path

import numpy as np

from benchmarks.alarms.collect import data_of
from benchmarks.alarms.ground_truth import twins
from benchmarks.alarms.recipes import RECIPES
from benchmarks.alarms.run_trace import keep_readings, loaded
from latentop.engine.watch.samples.meters import meter_for
from latentop.presets import catalogue


def measure(path: Path) -> str:
    """Replace the readings of the trace at this path, and say in a line how many there are."""
    with np.load(path) as file:
        rest = json.loads(str(file["rest"]))
        samples = file["samples"] if "samples" in file.files else ()
    recipe = next(one for one in RECIPES if one.name == rest["recipe"])
    preset = catalogue.load(catalogue.find(recipe.preset), [*recipe.words, f"seed={rest['seed']}"])
    data = data_of(recipe, preset, path.parent)
    build = meter_for(preset, data.dataset)
    meter = build() if build else None
    if meter is None:
        keep_readings(path, (), ())
        return "nothing to read"
    batches = [(step, loaded(batch)) for step, batch in zip(rest["steps"], samples, strict=True)]
    apart = [(step, twins(batch, data)) for step, batch in batches if batch.ndim == 4]
    keep_readings(path, [(step, meter.read(batch)) for step, batch in batches], apart)
    return f"{len(samples)} readings"
