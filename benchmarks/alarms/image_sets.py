"""What recipes train on that no preset names: made images, digits, emoji; all of them, or a small set."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch
from torch import Tensor

from benchmarks import made_images
from benchmarks.emoji import PACKAGE, emoji
from latentop.engine.data import Dataset, load
from latentop.engine.run.errors import DataError
from latentop.presets.data import Digits, Folder

CPU = torch.device("cpu")
MADE, MADE_HELD_OUT, SEED = 10_000, 2000, 2026
"""Made images to train on and to hold out, where a source says nothing; what they are drawn from."""
TENTH = 10
"""One in so many images of a small set is held out, as of a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource:
    """A set of images: of ``made`` ones with so many ``modes``, even or with a long ``tail``.

    ``images`` = n takes n of them, drawn at random, a tenth of which is held out; 0 takes all. Without
    ``labelled`` nobody is told the classes.
    """

    name: Literal["made", "digits", "emoji"]
    modes: int = 0
    tail: bool = False
    images: int = 0
    labelled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """A ``dataset`` as it is trained on, and what is known of it.

    ``whole`` is the set that it was taken from, with all its labels; ``unseen`` ``(n, c, h, w)`` are images
    that training never sees, of a small set also those that were left out.
    """

    dataset: Dataset
    whole: Dataset
    unseen: Tensor

    @classmethod
    def plain(cls, dataset: Dataset) -> "Known":
        """Of a dataset that is trained on as it is."""
        return cls(dataset=dataset, whole=dataset, unseen=dataset.test)


def known(source: ImageSource, place: Path) -> Known:
    """The set, whose files are kept under ``place``. Raises DataError where these can't be had."""
    whole = _whole(source, place)
    found = _some(whole, source.images) if source.images else Known.plain(whole)
    if source.labelled:
        return found
    dataset = found.dataset
    train, test = (torch.zeros_like(part) for part in (dataset.train_labels, dataset.test_labels))
    return replace(found, dataset=replace(dataset, classes=("images",), train_labels=train, test_labels=test))


def _some(whole: Dataset, count: int) -> Known:
    """So many images of all, drawn at random, a tenth of which is held out."""
    images, labels = torch.cat([whole.train, whole.test]), torch.cat([whole.train_labels, whole.test_labels])
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))
    test, train, rest = order.tensor_split([count // TENTH, count])
    dataset = replace(
        whole,
        train=images[train],
        train_labels=labels[train],
        test=images[test],
        test_labels=labels[test],
    )
    return Known(dataset=dataset, whole=whole, unseen=images[torch.cat([test, rest])])


def _whole(source: ImageSource, place: Path) -> Dataset:
    match source.name:
        case "made":
            return _made(source)
        case "digits":
            return load(Digits(), CPU)
        case "emoji":
            return load(Folder(path=str(_emoji(place)), pixels=64), CPU)


def _made(source: ImageSource) -> Dataset:
    images, labels = made_images.draw(
        source.modes, MADE + MADE_HELD_OUT, seed=SEED + source.modes, tail=source.tail
    )
    return Dataset(
        name=f"made-{source.modes}" + ("-tail" if source.tail else ""),
        source="benchmarks.made_images",
        classes=made_images.names(source.modes),
        train=images[:MADE],
        train_labels=labels[:MADE],
        test=images[MADE:],
        test_labels=labels[MADE:],
    )


def _emoji(place: Path) -> Path:
    """The folder of class folders under ``place``, fetched where it is missing."""
    folder = place / "emoji"
    if not folder.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=place) as unfinished:
            fetched = emoji(Path(unfinished))
            if fetched is None:
                raise DataError(f"npm can't fetch {PACKAGE}", "install npm, or collect other --data")
            fetched.rename(folder)
    return folder
