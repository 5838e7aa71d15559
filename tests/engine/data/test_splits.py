"""Which images are trained on: in file order, balanced, and never one that is held out."""

import numpy as np
import pytest
import torch

from latentop.engine.data import load, pixels
from latentop.engine.data.pixels import Pixels, normalised
from latentop.engine.data.splits import choose
from latentop.engine.run.errors import DataError, UsageError
from latentop.presets.data import FashionMNIST, Images, Ring

CPU = torch.device("cpu")


def a_set(train: int, test: int, classes: int = 3) -> Pixels:
    """Images of one pixel, each with a value of its own; classes in turn."""
    count = train + test
    return Pixels(
        name="numbers",
        source="here",
        classes=tuple(map(str, range(classes))),
        images=np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1),
        labels=np.arange(count) % classes,
        train=np.arange(train),
        test=np.arange(train, count),
    )


def test_by_default_training_and_test_set_are_as_published() -> None:
    chosen = choose(a_set(20, 5), Images())
    assert chosen.train.tolist() == list(range(20))
    assert chosen.test.tolist() == list(range(20, 25))


def test_the_last_training_images_are_held_out_in_file_order() -> None:
    chosen = choose(a_set(20, 5), Images(held_out=6))
    assert chosen.train.tolist() == list(range(14))
    assert chosen.test.tolist() == list(range(14, 20))


def test_the_first_images_are_taken_class_by_class() -> None:
    crowded = a_set(60, 0)
    labels = np.array([0] * 50 + [1] * 8 + [2] * 2)
    chosen = choose(
        Pixels(
            name="",
            source="",
            classes=("a", "b", "c"),
            images=crowded.images,
            labels=labels,
            train=np.arange(60),
            test=np.arange(0),
        ),
        Images(train=10, held_out=1),
    )
    # The last image of class 2 is held out, so that the one left of it is taken, and the others fill up.
    assert chosen.train.tolist() == [0, 1, 2, 3, 4, 50, 51, 52, 53, 58]
    assert chosen.test.tolist() == [59]


def test_where_a_set_has_no_test_images_a_tenth_is_held_out_and_at_least_one() -> None:
    assert len(choose(a_set(45, 0), Images()).test) == 4
    few = choose(a_set(2, 0), Images())
    assert (few.train.tolist(), few.test.tolist()) == ([0], [1])
    with pytest.raises(DataError, match="one image only"):
        choose(a_set(1, 0), Images())


@pytest.mark.parametrize(
    ("spec", "message", "hint"),
    [
        (Images(held_out=20), "held_out = 20 leaves none of 20", "from 0 to 19"),
        (Images(train=21), "train = 21, and there are 20", "from 1 to 20"),
        (Images(train=16, held_out=5), "train = 16, and there are 15", "from 1 to 15"),
    ],
)
def test_more_images_than_there_are_is_an_error(spec: Images, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        choose(a_set(20, 5), spec)
    assert hint in caught.value.hint


def test_a_set_that_memory_cannot_hold_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "_free", lambda device: pixels.MARGIN + 40)
    assert len(normalised(choose(a_set(9, 1), Images()), CPU).train) == 9
    with pytest.raises(DataError, match=r"11 images of numbers take .* GiB") as caught:
        normalised(a_set(10, 1), CPU)
    assert "--set data.train=N" in caught.value.hint


@pytest.mark.slow
def test_held_out_and_train_reach_the_real_set() -> None:
    whole = load(FashionMNIST(), CPU)
    part = load(FashionMNIST(held_out=2_000, train=100), CPU)
    assert torch.equal(part.test, whole.train[8_000:])
    assert torch.equal(part.test_labels, whole.train_labels[8_000:])
    assert part.train_labels.bincount().tolist() == [10] * 10
    places = [int((whole.train == image).flatten(1).all(1).nonzero()[0, 0]) for image in part.train]
    assert places == sorted(places)
    assert places[-1] < 8_000
    for label in range(10):  # the very first ten of each class
        first = whole.train[whole.train_labels == label][:10]
        assert torch.equal(part.train[part.train_labels == label], first)


def test_points_are_drawn_anew_and_need_no_split() -> None:
    assert len(load(Ring(points=1_000), CPU).train) == 1_000
