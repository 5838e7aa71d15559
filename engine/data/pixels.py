"""A whole set of images as bytes on the host, and the way from there to a dataset on the device."""

from dataclasses import dataclass

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor

from latentop.engine.data.dataset import Dataset
from latentop.engine.data.fingerprint import Files
from latentop.engine.run.errors import DataError
from latentop.presets.wording import gibibytes, spaced

CHUNK = 1024
"""Images that are brought to the device at once."""
MARGIN = 512 * 2**20
"""Bytes that stay free for networks, their optimisers, a batch, and good states to go back to."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pixels:
    """Images as they are read, before anything is chosen from them or normalised.

    ``images`` is uint8 `(count, channels, height, width)`, perhaps memory-mapped; ``labels`` int64 `(count,)`
    index ``classes``. ``train`` and ``test`` are int64 `(n,)`, rows of both in file order; no row is in both.
    ``test`` is empty where a set has no test images of its own. ``files`` are those of the images, row by
    row, of a set whose names decide what is held out.
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
    files: Files | None = None


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
    # Bytes travel to the device, and are divided there: a quarter of the traffic, and no second copy of all.
    images = torch.empty((len(rows), *pixels.images.shape[1:]), device=device)
    for start in range(0, len(rows), CHUNK):
        part = torch.from_numpy(pixels.images[rows[start : start + CHUNK]]).to(device)
        images[start : start + CHUNK] = part
    return images.div_(255)


def _labels(pixels: Pixels, rows: NDArray[np.int64], device: torch.device) -> Tensor:
    return torch.from_numpy(pixels.labels[rows]).to(device)


def _check_room(pixels: Pixels, device: torch.device) -> None:
    count = len(pixels.train) + len(pixels.test)
    needed = count * int(np.prod(pixels.images.shape[1:])) * 4
    if needed + MARGIN > (free := _free(device)):
        raise DataError(
            f"{spaced(count)} images of {pixels.name} take {gibibytes(needed)}, training {gibibytes(MARGIN)} "
            f"or more beside them; {gibibytes(free)} are free on {device}",
            "train on fewer: --set data.train=N; or on smaller ones, where data.pixels can be set",
        )


def _free(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    free = psutil.virtual_memory().available
    if device.type == "mps":  # which shares the machine's memory, but not all of it
        return min(free, torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return free
