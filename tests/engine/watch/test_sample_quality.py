"""Distances of samples from real images: real ones are near their own, and whatever is spoilt is further."""

import math
from collections.abc import Callable, Iterator
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.samples.sample_quality import NAMES, Quality
from tests.support.fashion import COUNT, data, drawn, meter
from tests.support.tiers import few


def unseen(seed: int, *, without: tuple[str, ...] = ()) -> Tensor:
    """Real images that the meter of every second training image has never seen."""
    return drawn(torch.Generator().manual_seed(seed), without=without, first=1, every=2)


def read(samples: Tensor) -> Reading:
    return meter(every=2).read(samples)


def beyond(reading: Reading, name: str) -> float:
    """How many σ a distance is above what real images reach."""
    own = meter(every=2).own[name]
    return (reading.distances[name] - own.value) / own.sigma


def noisy(images: Tensor, strength: float) -> Tensor:
    chance = torch.randn(images.shape, generator=torch.Generator().manual_seed(1))
    return (images + strength * chance).clamp(0, 1)


def blurred(images: Tensor) -> Tensor:
    return F.avg_pool2d(images, 3, 1, 1)


@pytest.mark.parametrize("name", NAMES)
def test_real_images_are_as_far_as_real_images_are(name: str) -> None:
    found = [beyond(read(unseen(seed)), name) for seed in range(20)]
    assert max(map(abs, found)) < 5
    assert abs(sum(found) / len(found)) < 2


@pytest.mark.parametrize("gone", [name for name in data().classes if name != "Shirt"])
def test_a_class_that_is_gone_makes_it_further(gone: str) -> None:
    """But for shirts, which lie between tops, pullovers and coats: modes are what tells of these."""
    readings = [read(unseen(seed, without=(gone,))) for seed in range(4)]
    found = {name: sum(beyond(one, name) for one in readings) / len(readings) for name in NAMES}
    assert found["frechet"] > 4
    assert found["kid"] > 1


SPOILT: dict[str, Callable[[Tensor], Tensor]] = {
    "blur": blurred,
    "noise": lambda images: noisy(images, 0.1),
    "darker": lambda images: 0.8 * images,
    "twenty prototypes": lambda images: images[torch.arange(COUNT) % 20],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spoil", SPOILT)
def test_whatever_is_spoilt_is_further(spoil: str, name: str) -> None:
    for seed in range(4):
        assert beyond(read(SPOILT[spoil](unseen(seed))), name) > 5


@pytest.mark.parametrize("name", NAMES)
def test_the_more_is_spoilt_the_further_it_is(name: str) -> None:
    images = unseen(0)
    stronger = [read(noisy(images, strength)).distances[name] for strength in (0.0, 0.1, 0.2, 0.4)]
    assert stronger == sorted(stronger)
    classes = data().classes
    fewer = [read(unseen(0, without=classes[:count])).distances[name] for count in (0, 1, 3, 6)]
    assert fewer == sorted(fewer)
    grey = read(torch.full((COUNT, 1, 28, 28), 0.5)).distances[name]
    assert grey > max(*stronger, *fewer)
    assert math.isfinite(grey)


@cache
def small(size: int) -> DiversityMeter:
    """Of so many images, a tenth of them held out."""
    images, held_out = data(), size // 10
    return build(
        real=images.train[:held_out],
        real_labels=images.train_labels[:held_out],
        training=images.train[held_out:size],
        training_labels=images.train_labels[held_out:size],
        classes=images.classes,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", few([200, 500, 1500], 1))
def test_few_images_are_held_against_one_another(size: int, name: str) -> None:
    own = small(size).own[name]

    def found(*, without: tuple[str, ...] = ()) -> Iterator[float]:
        for seed in range(10):
            fresh = drawn(torch.Generator().manual_seed(seed), without=without, first=3000)
            yield (small(size).read(fresh).distances[name] - own.value) / own.sigma

    assert max(map(abs, found())) < 6
    assert min(found(without=data().classes[:5])) > 5


def test_a_distance_is_a_series_of_its_own_and_what_is_left_out_is_not_told() -> None:
    series = read(unseen(0)).series()
    assert series["quality/frechet"] == read(unseen(0)).distances["frechet"]
    assert "quality/kid" in series
    images = data()
    one = build(
        real=images.test,
        real_labels=images.test_labels,
        training=images.train[:500],
        training_labels=images.train_labels[:500],
        classes=images.classes,
        draws=2,
        distances=("frechet",),
    )
    assert list(one.own) == ["frechet"]
    assert "quality/kid" not in one.read(images.test).series()


def test_distances_on_points_that_can_be_told_by_hand() -> None:
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(4000, 4, generator=generator)
    nothing = torch.zeros(4000)
    known = Quality.of(points, nothing, whole=True)
    assert known.measure(points, nothing) == pytest.approx((0, 0), abs=1e-2)
    moved, _ = known.measure(points + 3, nothing)
    assert moved == pytest.approx(9, rel=0.05)
    wider, _ = known.measure(3 * points, nothing)
    assert wider == pytest.approx((3 - 1) ** 2, rel=0.05)
    still, _ = known.measure(points.mean(0).expand(4000, 4), nothing)
    assert still == pytest.approx(1, rel=0.05)


def test_the_kernel_distance_is_that_of_its_definition() -> None:
    generator = torch.Generator().manual_seed(0)
    points, others = torch.randn(60, 3, generator=generator), torch.randn(40, 3, generator=generator) + 0.5
    known = Quality.of(points, torch.zeros(60), whole=True)
    scaled, samples = (known.scale * one.double() for one in (points, others))

    def kernel(a: Tensor, b: Tensor) -> float:
        return float((a @ b / 3 + 1) ** 3)

    def among(rows: Tensor) -> float:
        pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j]
        return sum(kernel(rows[i], rows[j]) for i, j in pairs) / len(pairs)

    between = sum(kernel(a, b) for a in samples for b in scaled) / (len(samples) * len(scaled))
    by_hand = among(samples) + among(scaled) - 2 * between
    assert known.measure(others, torch.zeros(40))[1] == pytest.approx(by_hand, rel=1e-4)
