"""The diversity meter reads the same on both devices, and fast enough not to be noticed."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu.check import Bench, Check, judged, judged_on_card
from benchmarks.gpu.material import apart, dataset_of, preset_of
from latentop.engine.data import Dataset
from latentop.engine.train import devices
from latentop.engine.watch.samples.meters import meter_for
from latentop.presets.schema import Preset

BUILT, READ = 2.0, 0.050
"""Seconds that it may take to build it, and to read once."""
NEAR = 0.01
SAMPLES, READINGS = 512, 7


def meter(bench: Bench) -> Iterator[Check]:
    """Real images, half of the classes, one image again and again, noise: read here and on the CPU."""
    preset = preset_of(bench, "dcgan", f"watch.samples={SAMPLES}")
    ours, seconds = built(preset, dataset_of(preset.data, bench.device))
    reference, _ = built(preset, dataset_of(preset.data, "cpu"))
    for name, samples in batches(dataset_of(preset.data, "cpu"), ours.samples).items():
        there, here = reference.read(samples), ours.read(samples.to(bench.device))
        numbers = here.series()
        far = {one: apart(numbers[one], value, 1.0) for one, value in there.series().items()}
        worst = max(far, key=lambda one: far[one])
        same = here.lost == there.lost
        lost = ", ".join(here.lost) or "nothing"
        figure = f"{worst} differs by {far[worst]:.1g}; lost: {lost}"
        good = same and far[worst] <= NEAR
        yield judged(good, bench.placed(figure), f"≤ {NEAR}, the same lost as on the CPU", name)
    taken = []
    samples = batches(dataset_of(preset.data, bench.device), ours.samples)["real"]
    for _ in range(READINGS):
        began = time.perf_counter()
        ours.read(samples)
        taken.append(time.perf_counter() - began)
    read = median(taken)
    figure = f"built in {seconds:.2f} s, read in {1000 * read:.0f} ms"
    fast = seconds < BUILT and read < READ
    yield judged_on_card(bench, fast, figure, f"< {BUILT:.0f} s, < {1000 * READ:.0f} ms", "time")


def built(preset: Preset, dataset: Dataset) -> tuple[Any, float]:
    """The meter of that preset's samples, and the seconds that it took to build."""
    build = meter_for(preset, dataset)
    assert build is not None
    began = time.perf_counter()
    made = build()
    devices.wait(dataset.train.device)
    return made, time.perf_counter() - began


def batches(dataset: Dataset, count: int) -> dict[str, Tensor]:
    """Images ``(count, channels, height, width)`` by what is wrong with them."""
    images, labels = dataset.train, dataset.train_labels
    half = images[labels < len(dataset.classes) // 2]
    noise = torch.rand(images[:count].shape, generator=torch.Generator().manual_seed(0))
    return {
        "real": images[:count],
        "half the classes": half[:count],
        "one image": images[:1].expand(count, *images.shape[1:]).contiguous(),
        "noise": noise.to(images.device),
    }
