"""The meter where there are but hundreds of images: what it still tells, and how sure it says it is."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from latentop.engine.watch.samples import diversity, features, neighbours
from latentop.engine.watch.samples.copies import Copies
from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.samples.unmeasured import UnmeasurableError, too_few
from latentop.engine.watch.verdict.alarms import Alarms
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.engine.watch.watch import Watch
from latentop.presets import schema
from tests.support.fashion import COUNT, data
from tests.support.tiers import few

HALF = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")


def some(count: int, seed: int, *, of: tuple[str, ...] = (), first: int = 3000) -> Tensor:
    """Places of images that no meter here was built from."""
    images = data()
    wanted = torch.tensor([images.classes.index(name) for name in of or images.classes])
    places = first + torch.isin(images.train_labels[first:], wanted).nonzero().flatten()
    return places[torch.randperm(len(places), generator=torch.Generator().manual_seed(seed))[:count]]


@cache
def meter(size: int, *, labelled: bool) -> DiversityMeter:
    """Of so many images, a tenth of them held out."""
    images = data()
    held_out = size // 10
    return build(
        real=images.train[:held_out],
        real_labels=images.train_labels[:held_out],
        training=images.train[held_out:size],
        training_labels=images.train_labels[held_out:size],
        classes=images.classes if labelled else ("images",),
    )


def readings(size: int, *, labelled: bool, of: tuple[str, ...] = ()) -> Iterator[Reading]:
    for seed in range(10):
        yield meter(size, labelled=labelled).read(data().train[some(COUNT, seed, of=of)])


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("size", few([200, 500, 2000], 1))
def test_real_images_read_as_real(size: int, *, labelled: bool) -> None:
    found = list(readings(size, labelled=labelled))
    for one in found:
        assert abs(one.coverage.relative - 1) < 4 * one.coverage.sigma
        assert one.precision.relative > 0.6
    assert sum(len(one.lost) for one in found) <= 1


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("size", [200, 500, 2000])
def test_half_of_the_kinds_are_missed(size: int, *, labelled: bool) -> None:
    for one in readings(size, labelled=labelled, of=HALF):
        assert one.coverage.relative < 1 - 4 * one.coverage.sigma
        assert one.lost


@pytest.mark.parametrize("size", [200, 500, 2000])
def test_one_image_again_and_again_is_worth_one_image(size: int) -> None:
    one = meter(size, labelled=False).read(data().train[:1].repeat(COUNT, 1, 1, 1))
    assert one.effective.relative < 0.1
    assert one.duplicates.relative < 0.01


def test_the_fewer_the_images_the_larger_the_chance() -> None:
    sigmas = [meter(size, labelled=False).chance["coverage"] for size in (200, 500, 2000)]
    assert sigmas == sorted(sigmas, reverse=True)
    assert sigmas[0] > 2 * sigmas[-1]


def test_classes_of_too_few_images_give_way_to_larger_kinds() -> None:
    assert len(meter(2000, labelled=True).classes) == 10
    kinds = meter(200, labelled=True).classes
    assert all(name.startswith("kind ") for name in kinds)
    assert 1 < len(kinds) < 10


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 200, 256)])
def test_images_of_any_size_and_colour_are_measured(shape: tuple[int, ...]) -> None:
    private = torch.Generator().manual_seed(0)
    hidden = torch.rand(400, 6, generator=private)
    images = (hidden @ torch.rand(6, torch.Size(shape).numel(), generator=private) / 6).reshape(400, *shape)
    labels = torch.zeros(400, dtype=torch.int64)
    made = build(
        real=images[:20],
        real_labels=labels[:20],
        training=images[20:220],
        training_labels=labels[20:220],
        classes=(),
    )
    assert made.read(images[220:400].repeat(3, 1, 1, 1)).coverage.relative > 0.7
    assert made.read(images[220:221].repeat(COUNT, 1, 1, 1)).coverage.relative < 0.3


def test_it_is_built_in_pieces_with_nothing_global_changed() -> None:
    images, threads = data(), torch.get_num_threads()
    state = torch.random.get_rng_state()
    made = list(
        diversity.pieces(
            real=images.train[:50],
            real_labels=images.train_labels[:50],
            training=images.train[50:500],
            training_labels=images.train_labels[50:500],
            classes=images.classes,
        )
    )
    assert len(made) > 10
    assert made[-1] is not None
    assert not any(made[:-1])
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads


def with_twins(different: int, times: int) -> dict[str, object]:
    """The arguments of a meter of images each of which is there several times."""
    images = data().train[:different].repeat_interleave(times, 0)
    images = images[torch.randperm(len(images), generator=torch.Generator().manual_seed(0))]
    labels, held_out = torch.zeros(len(images), dtype=torch.int64), len(images) // 10
    return {
        "real": images[:held_out],
        "real_labels": labels[:held_out],
        "training": images[held_out:],
        "training_labels": labels[held_out:],
        "classes": (),
    }


def test_images_that_are_there_several_times_count_once() -> None:
    with pytest.raises(UnmeasurableError, match="it takes 200 different images, and there are 30"):
        build(**with_twins(30, 10))
    made = build(**with_twins(400, 3))
    assert made.chance["duplicates"] < 0.2
    one = made.read(data().train[some(COUNT, 0)])
    assert abs(one.coverage.relative - 1) < 4 * one.coverage.sigma
    assert one.duplicates.relative == pytest.approx(1, abs=0.2)


def test_a_run_on_few_different_images_goes_on_and_is_never_called_healthy() -> None:
    watched = Watch(schema.Watch(), lambda: diversity.pieces(**with_twins(30, 10)), clock=lambda: 0.0)  # type: ignore[arg-type]
    assert watched.judge(lambda _: torch.zeros(0), step=1, wall=0.0) == []
    assert watched.unmeasured == too_few(30, "different images")
    assert not watched.metered
    watched.observe(np.arange(1, 201, dtype=np.int64), {"loss/generator": np.ones(200)}, wall=0.0)
    assert watched.verdict == "unknown"


def test_copies_are_seen_among_images_that_repeat() -> None:
    """As where the same icon is there in several sizes, in training and held out."""
    private = torch.Generator().manual_seed(1)
    training, others = torch.randn(2000, 8, generator=private), torch.randn(200, 8, generator=private)
    others[:10] = training[:10]
    copies = Copies.among(training, others)
    assert copies.share(training[:512] + 0.02 * torch.randn(512, 8, generator=private)) > 0.8
    assert abs(copies.share(torch.randn(512, 8, generator=private))) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("classes", [10, 40, 80])
def test_chance_loses_none_of_however_many_classes(classes: int) -> None:
    private = torch.Generator().manual_seed(0)
    patterns = torch.rand(classes, 1, 8, 8, generator=private)

    def drawn(count: int) -> tuple[Tensor, Tensor]:
        labels = torch.randint(classes, (count,), generator=private)
        noise = 0.05 * torch.randn(count, 1, 8, 8, generator=private)
        return (patterns[labels] + noise).clamp(0, 1), labels

    (real, real_labels), (training, training_labels) = drawn(2000), drawn(6000)
    made = build(
        real=real,
        real_labels=real_labels,
        training=training,
        training_labels=training_labels,
        classes=tuple(f"class {number}" for number in range(classes)),
    )
    collapse, alarms = Collapse(schema.Watch()), Alarms(patience=3)
    for step in range(40):
        found = collapse.judge(made.read(drawn(COUNT)[0]), step)
        assert alarms.update(found, step=step, wall=0.0) == []
    assert len(made.classes) >= min(classes, 16)


def test_kinds_that_cannot_be_judged_are_not_counted_as_there() -> None:
    """Fourteen of twenty classes have three images each: nobody would see these go."""
    images, labels = data().train[:400], torch.arange(400) % 6
    labels[:42] = 6 + torch.arange(42) // 3
    made = build(
        real=images[:40],
        real_labels=labels[:40],
        training=images[40:],
        training_labels=labels[40:],
        classes=tuple(f"class {number}" for number in range(20)),
    )
    one = made.read(data().train[:1].repeat(COUNT, 1, 1, 1))
    assert len(one.presence) == len(made.classes) < 20
    assert len(one.lost) == len(one.presence) - 1


def test_features_are_exact_where_training_multiplies_coarsely(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA trains in TF32, whose ten bits are too few for a difference of distances."""
    made, used = meter(200, labelled=False), []
    real = torch.addmm

    def addmm(*args: Tensor, **settings: float) -> Tensor:
        used.append(torch.get_float32_matmul_precision())
        return real(*args, **settings)  # type: ignore[arg-type, no-any-return, call-overload]

    monkeypatch.setattr(torch, "addmm", addmm)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        made.features.split(data().train[:8])
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision(before)
    assert used == ["highest"]


@pytest.mark.parametrize("coarse", ["high", "medium"])
def test_distances_are_exact_where_training_multiplies_coarsely(
    monkeypatch: pytest.MonkeyPatch, coarse: str
) -> None:
    """Processors with AMX multiply in bfloat16 where a script has asked for ``medium``."""
    made, used = meter(200, labelled=False), []
    real = neighbours.squared_distances

    def squared_distances(*args: Tensor) -> Tensor:
        used.append(torch.get_float32_matmul_precision())
        return real(*args)

    monkeypatch.setattr(neighbours, "squared_distances", squared_distances)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(coarse)
    try:
        made.read(data().train[:COUNT])
        assert torch.get_float32_matmul_precision() == coarse
    finally:
        torch.set_float32_matmul_precision(before)
    assert set(used) == {"highest"}


def test_features_are_taken_of_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there is never a second copy of all images, on a GPU least of all."""
    found, sizes = meter(200, labelled=False).features, []
    real = torch.addmm

    def addmm(base: Tensor, *args: Tensor, **settings: float) -> Tensor:
        sizes.append(len(base))
        return real(base, *args, **settings)  # type: ignore[arg-type, no-any-return, call-overload]

    monkeypatch.setattr(torch, "addmm", addmm)
    points, detail = found.split(data().train[:3000])
    assert (len(points), len(detail)) == (3000, 3000)
    assert max(sizes) == features.CHUNK
