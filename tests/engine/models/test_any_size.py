"""Every shipped preset of images takes one step on images of other sizes, grey and in colour."""

import pytest
import torch

from latentop.engine.data import Dataset
from latentop.engine.objectives import Generative, Reconstructing, build_objective
from latentop.presets import catalogue
from latentop.presets.schema import GAN, Preset
from tests.support.tiers import few

CPU = torch.device("cpu")
POINTS = ("ring", "grid", "plane-3d", "zero")
SHAPES = ((1, 8, 8), (3, 33, 33), (3, 100, 100), (3, 256, 256))
SMALLER = {
    "dcgan": ("generator.channels=4", "discriminator.channels=4"),
    "pretraining": ("labels=20", "seeds=2", "pretrain=1", "classifier.batch=20"),
}
"""By network, or by kind: settings with which a step takes less."""
NAMES = [entry.name for entry in catalogue.entries() if catalogue.load(entry).data.tag not in POINTS]


def small(name: str) -> Preset:
    preset = catalogue.load(catalogue.find(name))
    network = preset.generator if isinstance(preset, GAN) else preset.autoencoder
    return catalogue.override(
        preset, [*SMALLER.get(network.tag, ()), *SMALLER.get(preset.tag, ()), "batch=8"]
    )


def images(shape: tuple[int, ...], count: int = 40) -> Dataset:
    labels = torch.arange(count) % 10
    pixels = torch.rand(count, *shape, generator=torch.Generator().manual_seed(0))
    return Dataset(
        name="noise",
        source="made here",
        classes=tuple("abcdefghij"),
        train=pixels,
        train_labels=labels,
        test=pixels[:10],
        test_labels=labels[:10],
    )


@pytest.mark.parametrize("shape", few(SHAPES, 2, single=True))
@pytest.mark.parametrize("name", NAMES)
def test_it_trains_on_images_of_any_size_and_colour(name: str, shape: tuple[int, ...]) -> None:
    preset, dataset = small(name), images(shape)
    torch.manual_seed(1)
    objective = build_objective(preset, dataset, CPU)
    batch = slice(0, preset.per_step)
    series = objective.step(dataset.train[batch], dataset.train_labels[batch])
    assert series
    assert all(value.isfinite() for value in series.values())
    if isinstance(objective, Generative):
        assert objective.draw(3, 0).shape == (3, *shape)
    if isinstance(objective, Reconstructing):
        assert objective.reconstruct(dataset.test).shape == (10, *shape)
