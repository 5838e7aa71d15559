"""The meter on real images, and on the same images with failures put in."""

import math
from dataclasses import replace
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from latentop.engine.data.fashion_mnist import CLASSES
from latentop.engine.watch.samples import features
from latentop.engine.watch.samples.copies import Copies
from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.engine.watch.samples.image_kinds import BINS, cluster, nearest
from latentop.engine.watch.samples.modes import Modes
from latentop.engine.watch.samples.neighbours import (
    covered,
    crowded,
    duplicates,
    inside,
    precision_within,
    squared_radii,
    vendi,
)
from latentop.engine.watch.samples.reading import MEASURES, Reading
from tests.support.fashion import COUNT, data, drawn, meter


def real(seed: int, *, without: tuple[str, ...] = ()) -> Tensor:
    return drawn(torch.Generator().manual_seed(seed), without=without)


def noise(strength: float, seed: int = 0) -> Tensor:
    return strength * torch.randn(COUNT, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


def prototypes(count: int) -> Tensor:
    return (real(1)[:count].repeat(COUNT // count + 1, 1, 1, 1)[:COUNT] + noise(0.02)).clamp(0, 1)


def chances(reading: Reading, name: str) -> float:
    """How many σ a measure lies from real data."""
    measure = getattr(reading, name)
    return float((measure.relative - 1) / measure.sigma)


def test_real_images_read_as_real_over_many_draws() -> None:
    readings = [meter().read(real(seed)) for seed in range(30)]
    for name in MEASURES:
        assert all(abs(chances(reading, name)) < 5 for reading in readings), name
        mean = sum(getattr(reading, name).relative for reading in readings) / len(readings)
        assert mean == pytest.approx(1, abs=0.1), name
    assert all(reading.lost == () for reading in readings)
    assert all(reading.modes == 10 for reading in readings)


def test_the_stated_chance_is_the_chance_of_real_images() -> None:
    scores = [chances(meter().read(real(seed)), "coverage") for seed in range(30)]
    assert 0.3 < math.sqrt(sum(score**2 for score in scores) / len(scores)) < 2


@pytest.mark.parametrize("name", CLASSES)
def test_a_lost_class_is_named(name: str) -> None:
    readings = [meter().read(real(seed, without=(name,))) for seed in range(8)]
    named = sum(reading.lost == (name,) for reading in readings)
    assert named >= 6, [reading.lost for reading in readings]


def test_three_lost_classes_are_named_and_seen_by_coverage() -> None:
    reading = meter().read(real(0, without=("Sandal", "Bag", "Ankle boot")))
    assert reading.lost == ("Sandal", "Bag", "Ankle boot")
    assert reading.modes == 7
    assert chances(reading, "coverage") < -5
    assert reading.precision.relative > 0.8


@pytest.mark.parametrize("count", [5, 20, 50])
def test_prototypes_are_seen_by_coverage_and_by_duplicates(count: int) -> None:
    reading = meter().read(prototypes(count))
    assert reading.coverage.relative < 0.4
    assert chances(reading, "coverage") < -20
    assert reading.duplicates.relative < 0.1


def test_exact_duplicates_have_no_distance() -> None:
    reading = meter().read(real(1)[: COUNT // 2].repeat(2, 1, 1, 1))
    assert reading.duplicates.relative < 0.01
    assert reading.coverage.relative > 0.7


def test_the_effective_number_falls_with_whatever_is_lost() -> None:
    lost_half = real(0, without=("Trouser", "Dress", "Sandal", "Bag", "Ankle boot"))
    assert chances(meter().read(lost_half), "effective") < -2
    assert meter().read(prototypes(20)).effective.relative < 0.4


def test_the_vendi_score_counts_groups_of_alike_points() -> None:
    groups = 100 * torch.eye(8).repeat_interleave(16, 0)
    assert vendi(groups, 1.0) == pytest.approx(8, rel=1e-3)
    assert vendi(groups, 1e9) == pytest.approx(1, rel=1e-3)
    assert vendi(groups[:16] + 5 * torch.randn(16, 8), 1e-3) == pytest.approx(16, rel=1e-3)


@cache
def unlabelled() -> DiversityMeter:
    images = data()
    none = torch.zeros(max(len(images.train), len(images.test)), dtype=torch.int64)
    return build(
        real=images.test,
        real_labels=none[: len(images.test)],
        training=images.train,
        training_labels=none[: len(images.train)],
        classes=(),
        samples=COUNT,
    )


def test_without_classes_kinds_of_images_are_found_and_missed_when_they_go() -> None:
    readings = [unlabelled().read(real(seed)) for seed in range(20)]
    assert 12 <= len(unlabelled().classes) <= BINS  # the others are too small to be missed
    assert sum(len(reading.lost) for reading in readings) <= 1
    assert len(unlabelled().read(real(0, without=("Sandal", "Bag", "Ankle boot"))).lost) >= 3


@pytest.mark.parametrize("count", [200, 600, 2000])
def test_noise_has_no_kinds(count: int) -> None:
    noise = torch.randn(count, 1, 16, 16, generator=torch.Generator().manual_seed(count)).sigmoid()
    none = torch.zeros(count, dtype=torch.int64)
    made = build(
        real=noise[: count // 10],
        real_labels=none[: count // 10],
        training=noise[count // 10 :],
        training_labels=none[count // 10 :],
        classes=(),
    )
    assert not made.classes


def test_kinds_are_the_groups_that_points_lie_in() -> None:
    centres = 20 * torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    points = centres.repeat(50, 1) + torch.randn(300, 4, generator=torch.Generator().manual_seed(2))
    called = nearest(points, cluster(points, 6)).reshape(50, 6)
    assert torch.equal(called, called[:1].expand(50, 6))
    assert len(called[0].unique()) == 6


def test_a_class_of_few_images_is_not_judged_by_a_share_that_may_be_half_of_it() -> None:
    def told(judged: int) -> list[bool]:
        made = Modes(
            exemplars=torch.zeros(4, 2),
            labels=torch.arange(4),
            classes=("coat", "shirt", "bag", "boot"),
            expected=torch.tensor([0.5, 0.3, 0.184, 0.016]),
            leak=torch.zeros(4),
            judged=judged,
        )
        return made.known(512).tolist()

    assert told(1_800) == [True, True, True, False]
    assert told(1_000_000) == [True, True, True, True]


def test_a_class_alone_is_not_counted() -> None:
    def told(leak: tuple[float, ...]) -> list[bool]:
        made = Modes(
            exemplars=torch.zeros(3, 2),
            labels=torch.arange(3),
            classes=("coat", "shirt", "bag"),
            expected=torch.tensor([0.5, 0.3, 0.2]),
            leak=torch.tensor(leak),
            judged=1000,
        )
        return made.known(512).tolist()

    assert told((0.0, 0.3, 0.2)) == [False, False, False]
    assert told((0.0, 0.0, 0.2)) == [True, True, False]


def test_blur_and_noise_are_not_like_real_data() -> None:
    images = real(2)
    assert meter().read(F.avg_pool2d(images, 5, 1, 2)).detail.relative < 0.4
    assert meter().read((images + noise(0.3)).clamp(0, 1)).detail.relative > 2
    grey = meter().read(0.5 + noise(0.02))
    assert grey.precision.relative < 0.1
    assert grey.coverage.relative < 0.1


def test_unseen_images_are_no_copies_and_training_images_are() -> None:
    """All of them: a generator that learned by heart shows any of its images, not those that a meter kept."""
    images = data()
    for begin in range(0, 8 * COUNT, COUNT):
        assert abs(meter().read(images.test[:1536].roll(begin, 0)[:COUNT]).copied) < 0.06
    every = meter().copies
    shares = [every.share(meter().features(part)) for part in images.train.split(1000)]
    assert min(shares) > 0.9


@pytest.mark.parametrize(("trained_on", "unseen"), [(100, 20), (400, 400), (5000, 100), (100, 5000)])
def test_copies_are_told_whichever_there_are_more_of(trained_on: int, unseen: int) -> None:
    private = torch.Generator().manual_seed(1)
    training, others, fresh = (
        torch.randn(count, 8, generator=private) for count in (trained_on, unseen, 512)
    )
    copies = Copies.among(training, others)
    near = training[torch.arange(512) % trained_on]
    assert copies.share(near + 0.02 * torch.randn(512, 8, generator=private)) > 0.9
    assert abs(copies.share(fresh)) < 0.1


def test_series_are_named_and_relative_to_real() -> None:
    series = meter().read(real(3)).series()
    for name in ("coverage", "density", "duplicates"):
        assert series[f"diversity/{name}"] == pytest.approx(1, abs=0.25)
    assert series["diversity/modes"] == 10


def test_class_shares_sum_to_one() -> None:
    assert sum(meter().read(real(4)).histogram) == pytest.approx(1)


def test_the_same_images_give_the_same_reading() -> None:
    images = data()
    again = build(
        real=images.test,
        real_labels=images.test_labels,
        training=images.train,
        training_labels=images.train_labels,
        classes=images.classes,
        samples=COUNT,
    )
    assert again.read(real(5)) == meter().read(real(5))


def test_nothing_global_changes() -> None:
    images, threads = data(), torch.get_num_threads()
    state = torch.random.get_rng_state()
    build(
        real=images.test,
        real_labels=images.test_labels,
        training=images.train[:500],
        training_labels=images.train_labels[:500],
        classes=images.classes,
        draws=2,
    ).read(real(6))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def test_more_samples_than_the_held_out_images_allow_are_not_taken() -> None:
    images = data()
    large = build(
        real=images.test,
        real_labels=images.test_labels,
        training=images.train[:500],
        training_labels=images.train_labels[:500],
        classes=images.classes,
        samples=8192,
        draws=4,
    )
    assert large.samples == 650


def test_what_cannot_be_measured_is_refused() -> None:
    images = data()
    with pytest.raises(ValueError, match="199 images; the meter needs 200"):
        build(
            real=images.test[:20],
            real_labels=images.test_labels[:20],
            training=images.train[:179],
            training_labels=images.train_labels[:179],
            classes=images.classes,
        )
    with pytest.raises(ValueError, match="compares 512"):
        meter().read(real(0)[:100])
    with pytest.raises(ValueError, match="features know 784"):
        meter().read(torch.zeros(COUNT, 3, 28, 28))
    with pytest.raises(ValueError, match="not finite"):
        meter().read(torch.full((COUNT, 1, 28, 28), torch.nan))


def fitted(images: Tensor) -> features.Features:
    *_, found = features.pieces(images)
    assert found is not None
    return found


def test_components_are_orthonormal_and_as_many_as_there_can_be() -> None:
    many = fitted(data().train[:2000])
    assert many(real(0)).shape == (COUNT, 32)
    assert torch.allclose(many.components.T @ many.components, torch.eye(32), atol=1e-5)
    few = fitted(data().train[:10])
    assert few(real(0)).shape == (COUNT, 9)
    assert torch.allclose(few.components.T @ few.components, torch.eye(9), atol=1e-5)
    assert float(few.split(data().train[:10])[1].max()) < 1e-6


def test_measures_on_points_that_can_be_counted_by_hand() -> None:
    line = torch.arange(10.0).unsqueeze(1)
    radii = squared_radii(line, k=1)
    near, far = (inside(line, torch.full((4, 1), place), radii) for place in (0.4, 50.0))
    assert covered(inside(line, line, radii)) == 1
    assert float(covered(near)) == pytest.approx(0.2)
    assert covered(far) == 0
    assert float(crowded(near, k=1)) == pytest.approx(2)
    some = inside(line, torch.tensor([[0.4], [50.0]]), radii)
    assert float(precision_within(some, radii)) == pytest.approx(0.5)
    assert duplicates(torch.tensor([[0.0], [0.0], [0.0], [7.0]])) == 0
    assert duplicates(line) == pytest.approx(1)


def test_each_class_has_its_presence_as_a_series_by_number() -> None:
    reading = meter().read(real(3, without=("Sandal",)))
    shares = reading.shares()
    assert list(shares) == [f"presence/{place}" for place in range(1, 11)]
    assert shares[f"presence/{CLASSES.index('Sandal') + 1}"] < 0.25
    assert not shares.keys() & reading.series().keys()


def test_very_many_classes_are_not_told_one_by_one() -> None:
    reading = replace(meter().read(real(3)), presence={str(number): 1.0 for number in range(65)})
    assert reading.shares() == {}


def test_the_chance_of_the_meter_is_that_of_its_readings() -> None:
    reading = meter().read(real(3))
    assert {name: getattr(reading, name).sigma for name in MEASURES} == meter().chance


def test_where_features_leave_nothing_out_detail_says_nothing() -> None:
    def points(seed: int) -> Tensor:
        return 1e-3 * torch.randn(900, 1, 1, 10, generator=torch.Generator().manual_seed(seed))

    known, fresh = points(0), points(1)
    labels = torch.zeros(900, dtype=torch.long)
    measured = build(real=known, real_labels=labels, training=fresh, training_labels=labels, classes=())
    for samples in (points(2), 1e3 * points(3), torch.zeros(900, 1, 1, 10)):
        detail = measured.read(samples).detail
        assert (detail.raw, detail.relative, detail.sigma) == (0.0, 1.0, 0.0)
    assert measured.read(points(2)).coverage.relative == pytest.approx(1, abs=0.1)
    assert all(math.isfinite(chance) for chance in measured.chance.values())
