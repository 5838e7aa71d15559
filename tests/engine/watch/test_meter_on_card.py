"""Where data and samples lie on a card, it projects images onto features; all else is the processor's.

Not every device has double precision or eigenvalues, and small products take a card longer to be asked for.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import chain

import pytest
import torch
from torch import Tensor

from latentop.engine.data import Dataset, load
from latentop.engine.watch.samples.diversity import DiversityMeter, build
from latentop.engine.watch.samples.mixture import MixtureMeter
from latentop.presets.data import Ring
from tests.support.elsewhere import Card, Elsewhere
from tests.support.fashion import COUNT, data

BROUGHT = {"split", "unbind", "__getitem__", "__get__", "flatten", "float"}
"""How a card brings images to where they are measured."""
PROJECTED = {"sub", "matmul", "addmm", "square_", "mean"}
"""What a projection onto features, and the detail that they leave out, are made of."""


def held(found: object) -> Iterator[Tensor]:
    """Every tensor that a meter holds."""
    if isinstance(found, Tensor):
        yield found
    elif isinstance(found, tuple | list):
        yield from chain.from_iterable(map(held, found))
    elif is_dataclass(found):
        yield from chain.from_iterable(held(getattr(found, one.name)) for one in fields(found))
    elif type(found).__module__.startswith("latentop."):
        yield from chain.from_iterable(map(held, vars(found).values()))


def on_processor(meter: object) -> bool:
    tensors = list(held(meter))
    assert len(tensors) > 1
    return not any(isinstance(one, Elsewhere) for one in tensors)


def wide() -> Tensor:
    """Images so wide that their principal components are sketched."""
    private = torch.Generator().manual_seed(0)
    hidden = torch.rand(500 + COUNT, 40, generator=private)
    images: Tensor = (hidden @ torch.rand(40, 3 * 32 * 32, generator=private) / 40).unflatten(1, (3, 32, 32))
    return images


def built(images: Tensor, labels: Tensor) -> DiversityMeter:
    """Of 500 images, so few of each class that kinds of images are found, too."""
    return build(
        real=images[:50],
        real_labels=labels[:50],
        training=images[50:500],
        training_labels=labels[50:500],
        classes=data().classes,
    )


@pytest.mark.parametrize("images", [data().train[: 500 + COUNT], wide()], ids=["exact", "sketched"])
def test_a_card_projects_images_and_the_processor_measures_them(images: Tensor) -> None:
    labels = data().train_labels[: len(images)]
    read = built(images, labels).read(images[500:])
    with Card() as card:
        there = card.moved(images)
        meter = built(there, card.moved(labels))
        found = meter.read(there[500:])
    assert found == read
    assert card.did <= BROUGHT | PROJECTED
    assert {"matmul", "addmm"} <= card.did, "of many pixels, products are quick there"
    assert torch.float64 not in card.kinds
    assert on_processor(meter)


def mixture_meter(points: Dataset) -> MixtureMeter:
    known = points.mixture
    assert known is not None
    return MixtureMeter(real=points.test, centres=known.centres, sd=known.sd, classes=points.classes)


def test_points_of_a_card_are_counted_by_the_processor() -> None:
    points = load(Ring(points=5000), torch.device("cpu"))
    read = mixture_meter(points).read(points.train)
    with Card() as card:
        there = points.to(card.place)
        assert isinstance(there.train, Elsewhere)
        meter = mixture_meter(there)
        found = meter.read(there.train)
    assert found == read
    assert card.did <= BROUGHT
    assert on_processor(meter)
