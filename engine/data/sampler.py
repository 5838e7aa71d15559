"""Which images make up the next batch: a new order every epoch, and a place that can be written down."""

import hashlib
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from latentop.engine.run.errors import UsageError

CPU = torch.device("cpu")


class Sampler(Iterator[Tensor]):
    """An endless iterator of batches of indices: int64 `(batch,)` on `device`, each in [0, count).

    Each epoch visits the indices in a new random order, no index twice. What is left at its end and fills no
    batch is dropped: so every batch has one size, and as the order changes, no image is left out for long.

    The order of an epoch depends on seed and epoch alone (not on the device, nor on the global random state,
    which stays untouched), so that a place in the training is two numbers: see `state`.
    """

    def __init__(self, count: int, batch: int, seed: int, device: torch.device = CPU) -> None:
        _refuse_more(batch, count)
        self._count = count
        self._seed = seed
        self._device = device
        self._batch = batch
        self._move_to(epoch=0, position=0)

    def resize(self, batch: int) -> None:
        """Take so many images at once from now on; the place in the epoch stays. Raises UsageError."""
        _refuse_more(batch, self._count)
        self._batch = batch

    @property
    def epoch(self) -> int:
        """The epoch, from 0, that the latest batch belongs to."""
        return self._epoch

    @property
    def batches_per_epoch(self) -> int:
        """How many whole batches an epoch has."""
        return self._count // self._batch

    def __next__(self) -> Tensor:
        if self._position + self._batch > self._count:
            self._move_to(epoch=self._epoch + 1, position=0)
        start = self._position
        self._position += self._batch
        return self._order[start : self._position]

    def state(self) -> dict[str, int]:
        """Return the place: the ``epoch`` and the ``position`` in it, in images."""
        return {"epoch": self._epoch, "position": self._position}

    def restore(self, state: Mapping[str, int]) -> None:
        """Continue from a place that `state` returned, of a sampler made with the same arguments.

        Raises `ValueError` where such a sampler could never have been in that place.
        """
        epoch, position = state["epoch"], state["position"]
        if epoch < 0 or not 0 <= position <= self._count:
            raise ValueError(f"epoch {epoch}, position {position} is no place among {self._count} images")
        self._move_to(epoch=epoch, position=position)

    def _move_to(self, *, epoch: int, position: int) -> None:
        self._epoch = epoch
        self._position = position
        self._order = _order(self._count, self._seed, epoch).to(self._device)


def _refuse_more(batch: int, count: int) -> None:
    if not 1 <= batch <= count:
        raise UsageError(
            f"batch = {batch} can't be drawn from {count} training images",
            f"set batch to something from 1 to {count}",
        )


def _order(count: int, seed: int, epoch: int) -> Tensor:
    """Return a permutation, int64 `(count,)`, that depends on nothing but its arguments."""
    # Hashed, as torch seeds its generator with the low 32 bits only: seed + epoch would make neighbouring
    # seeds share their orders, and seeds above 2³² repeat those below.
    digest = hashlib.sha256(f"{seed}/{epoch}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
    return torch.randperm(count, generator=generator)
