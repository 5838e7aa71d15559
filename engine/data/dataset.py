"""What every loader returns: a whole dataset, normalised, in memory, on the device."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Images in [0, 1] as float32 `(count, channels, height, width)`, labels as int64 `(count,)`.

    All four tensors lie on one device. A label indexes ``classes``. Training never sees ``test``: that part
    serves validation losses, reconstructions and the diversity meter's idea of real data.
    """

    name: str
    size: str
    source: str
    """In words, which files it was read from: kept with the run."""
    classes: tuple[str, ...]
    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor
