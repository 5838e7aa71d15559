"""A whole set of images as bytes on the host, and the way from there to a dataset on the device."""

from dataclasses import dataclass

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.dataset import Dataset
from engine.run.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pixels:
    """Images as they are read, before anything is chosen from them or normalised.

    ``images`` is uint8 `(count, channels, height, width)`, perhaps memory-mapped; ``labels`` int64 `(count,)`
    index ``classes``. ``train`` and ``test`` are int64 `(n,)`, rows of both in file order; no row is in both.
    ``test`` is empty where a set has no test images of its own.
    """

    name: str
    size: str = ""
    source: str
    classes: tuple[str, ...]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def normalised(pixels: Pixels, device: torch.device) -> Dataset:
    """Return the chosen images on `device`: float32 `(n, channels, height, width)` in [0, 1].

    Raises `DataError` where they take more memory than is free there.
    """
    _check_room(pixels, device)
    return Dataset(
        name=pixels.name,
        size=pixels.size,
        source=pixels.source,
        classes=pixels.classes,
        train=_images(pixels, pixels.train, device),
        train_labels=_labels(pixels, pixels.train, device),
        test=_images(pixels, pixels.test, device),
        test_labels=_labels(pixels, pixels.test, device),
        notes=pixels.notes,
    )


def _images(pixels: Pixels, rows: NDArray[np.int64], device: torch.device) -> Tensor:
    # Bytes travel to the device, and are divided there: a quarter of the traffic. The format is said, as
    # NumPy leaves odd strides where there is one channel, and convolutions then sum in another order.
    images = torch.from_numpy(pixels.images[rows]).to(device)
    return images.to(torch.float32, memory_format=torch.contiguous_format).div_(255)


def _labels(pixels: Pixels, rows: NDArray[np.int64], device: torch.device) -> Tensor:
    return torch.from_numpy(pixels.labels[rows]).to(device)


def _check_room(pixels: Pixels, device: torch.device) -> None:
    count = len(pixels.train) + len(pixels.test)
    needed = count * int(np.prod(pixels.images.shape[1:])) * 4
    if needed > (free := _free(device)):
        images = f"{count:,}".replace(",", " ")
        raise DataError(
            f"{images} images of {pixels.name} take {_gib(needed)}; {_gib(free)} are free on {device.type}",
            "train on fewer: --set data.train=N; or on smaller ones, where data.pixels can be set",
        )


def _free(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return psutil.virtual_memory().available


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
