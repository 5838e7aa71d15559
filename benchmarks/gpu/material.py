"""What checks train: presets, small ones where nothing runs on a card, their data, and their steps."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

from benchmarks.gpu.check import Bench
from latentop.engine.data import Dataset, load
from latentop.engine.objectives import Objective, build_objective
from latentop.engine.train import devices
from latentop.presets import catalogue
from latentop.presets.data import Data, Folder
from latentop.presets.networks import DCGANGenerator
from latentop.presets.schema import GAN, Preset

SMALL = ("generator.channels=8", "discriminator.channels=8", "watch.samples=64")
"""DCGANs that a processor trains in some milliseconds a step."""
OF_ONES_OWN = 256
"""Images in place of those that a preset wants its user to have."""

Taken = Callable[[], Mapping[str, Tensor]]
"""Takes a training step; series as 0-d tensors."""


def preset_of(bench: Bench, name: str, *words: str) -> Preset:
    """The preset of that name; small, and in batches of 16, where it runs dry."""
    entry = catalogue.find(name)
    preset = catalogue.load(entry)
    if not bench.dry:
        return catalogue.override(preset, words)
    dcgan = isinstance(preset, GAN) and isinstance(preset.generator, DCGANGenerator)
    return catalogue.override(preset, ["batch=16", *(SMALL if dcgan else ()), *words])


@cache
def dataset_of(data: Data, device: str) -> Dataset:
    """The data on that device, read once; images of chance for a folder of one's own."""
    if not isinstance(data, Folder):
        return load(data, torch.device(device))
    shape = (OF_ONES_OWN, data.channels, data.pixels, data.pixels)
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    labels = torch.zeros(OF_ONES_OWN, dtype=torch.int64)
    made = Dataset(
        name="folder",
        source="drawn at random",
        classes=("all",),
        train=images,
        train_labels=labels,
        test=images,
        test_labels=labels,
    )
    return made.to(torch.device(device))


def stepper(preset: Preset, device: str) -> tuple[Objective, Taken]:
    """An objective on its data, and a step of it on batches that lie on the device one after another."""
    dataset = dataset_of(preset.data, device)
    torch.manual_seed(preset.seed)
    objective = build_objective(preset, dataset, torch.device(device))
    places = torch.arange(preset.per_step, device=device)
    count, taken = len(dataset.train), 0

    def take() -> Mapping[str, Tensor]:
        nonlocal taken
        chosen = (places + taken * preset.per_step) % count
        taken += 1
        return objective.step(dataset.train[chosen], dataset.train_labels[chosen])

    return objective, take


def speed(take: Taken, device: str, seconds: float, *, warm: int = 5) -> float:
    """Steps a second over so many seconds, to the end of what the device was asked for."""
    for _ in range(warm):
        take()
    devices.wait(torch.device(device))
    began, taken = time.perf_counter(), 0
    while taken < 2 or time.perf_counter() - began < seconds:
        take()
        taken += 1
        if taken % 20 == 0:  # who asks runs ahead of the device
            devices.wait(torch.device(device))
    devices.wait(torch.device(device))
    return taken / (time.perf_counter() - began)


@contextmanager
def no_questions(device: str) -> Iterator[None]:
    """Whatever waits for the card raises RuntimeError meanwhile."""
    if not device.startswith("cuda"):
        yield
        return
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def apart(one: float, other: float, least: float = 0.01) -> float:
    """How far a number is from another, as a share of that."""
    return abs(one - other) / max(abs(other), least)
