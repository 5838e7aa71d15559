"""Sensitivity of features: sound samples move nothing, failures do, and every map gives points to measure."""

from dataclasses import replace

import pytest
import torch

from benchmarks import made_images
from benchmarks.features.failures import FAILURES, Pool
from benchmarks.features.maps import MAPS
from benchmarks.features.sensitivity import sensitivity
from latentop.engine.data import Dataset


@pytest.fixture(scope="module")
def made() -> Dataset:
    images, labels = made_images.draw(8, 1600, seed=7)
    return Dataset(
        name="made-8",
        source="here",
        classes=made_images.names(8),
        train=images[:600],
        train_labels=labels[:600],
        test=images[600:],
        test_labels=labels[600:],
    )


def test_failures_are_what_they_say(made: Dataset) -> None:
    pool = Pool.of(made.test, made.test_labels, 8, made.train)
    drawn = {name: fail(pool, 300, torch.Generator().manual_seed(1)) for name, fail in FAILURES.items()}
    assert {tuple(images.shape) for images in drawn.values()} == {(300, 3, 32, 32)}
    assert all(float(images.min()) >= 0 and float(images.max()) <= 1 for images in drawn.values())
    called = {name: made_images.MadeModes.of(8, tail=False)(images)[0] for name, images in drawn.items()}
    assert len(called["nothing"].unique()) == 8
    assert len(called["a tenth gone"].unique()) == 7
    assert 5 <= len(called["a third gone"].unique()) <= 6
    to_training = torch.cdist(drawn["near copies"].flatten(1), made.train.flatten(1)).amin(1)
    assert int((to_training < 0.02 * 3072**0.5 * 1.2).sum()) >= 80


@pytest.mark.slow
@pytest.mark.parametrize("features", MAPS)
def test_prototypes_are_seen_in_all_features_and_sound_samples_in_none(made: Dataset, features: str) -> None:
    found = sensitivity(made, MAPS[features], seed=0)
    assert abs(found.moved["nothing"][1]) < 3
    assert abs(found.moved["prototypes"][1]) > 10
    assert found.samples == 333
    assert min(found.build, found.mapping, found.check) > 0


def test_a_map_gives_the_same_points_for_one_image_and_for_many(made: Dataset) -> None:
    small = replace(made, train=made.train[:300], train_labels=made.train_labels[:300])
    found = MAPS["random convolutions"](small)
    assert torch.allclose(found(made.test[:5])[2], found(made.test[2:3])[0], atol=1e-4)
