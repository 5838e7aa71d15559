"""What every loader returns: a whole dataset, normalised, in memory, on the device."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from latentop.engine.data.fingerprint import Files
from latentop.engine.run.facts import ClassCount


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixture:
    """A distribution that is known exactly: equally likely round Gaussians in the plane.

    ``centres`` is float32 `(modes, 2)`, on the dataset's device, in the order of its classes; ``sd`` is the
    standard deviation of each, the same along both axes.
    """

    centres: Tensor
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Data as float32 `(count, *shape)`, labels as int64 `(count,)`.

    The shape is `(channels, height, width)` for images, in [0, 1], and `(dimensions,)` for points, unbounded.
    All tensors lie on one device. A label indexes ``classes``. Training never sees ``test``: that part serves
    validation losses, reconstructions and the diversity meter's idea of real data.
    """

    name: str
    size: str = ""
    """Which edition, where there are several."""
    source: str
    """In words, which files it was read from: kept with the run."""
    classes: tuple[str, ...]
    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor
    mixture: Mixture | None = None
    """What points were drawn from, where that is known."""
    notes: tuple[str, ...] = ()
    """What a person should know about the reading, such as which files were skipped: one sentence each."""
    counts: tuple[ClassCount, ...] = ()
    """How many images each class has, found, trained on and held out; empty for points."""
    files: Files | None = None
    """Of a folder: what it held, and which of it was trained on."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image, `(channels, height, width)`, or of one point, `(dimensions,)`."""
        return tuple(self.train.shape[1:])

    def to(self, device: torch.device) -> "Dataset":
        """The same data on that device."""
        mixture = self.mixture
        return replace(
            self,
            train=self.train.to(device),
            train_labels=self.train_labels.to(device),
            test=self.test.to(device),
            test_labels=self.test_labels.to(device),
            mixture=mixture and replace(mixture, centres=mixture.centres.to(device)),
        )
