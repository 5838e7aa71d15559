"""What a run shows of itself: frames of samples or reconstructions, and the validation loss beside them."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data import Dataset
from engine.objectives import Objective
from engine.objectives.adversarial import Adversarial
from engine.run.events import Frame, Scalars
from presets.schema import Keep

BUDGET = 0.01


class Gallery:
    """Draws from fixed codings, or reconstructs fixed test images, so that one sees the same evolve.

    ``clock`` gives seconds. Early steps change most, so it is due at powers of two up to 64, then every
    ``keep.frames`` seconds, or so much more rarely that it takes no more than BUDGET of the time.
    """

    def __init__(
        self, objective: Objective, dataset: Dataset, keep: Keep, *, seed: int, clock: Callable[[], float]
    ) -> None:
        self._objective = objective
        self._test = dataset.test
        self._chosen = dataset.test[_spread(dataset.test_labels, keep.images)]
        self._every = keep.frames
        self._clock = clock
        self._next = clock()
        self._codings = (
            objective.codings(keep.images, seed) if isinstance(objective, Adversarial) else torch.empty(0)
        )

    def due(self, step: int) -> bool:
        """Whether it is time to show something again."""
        return self._clock() >= self._next or (step <= 64 and step.bit_count() == 1)

    def show(self, step: int, wall: float) -> Iterator[Frame | Scalars]:
        """The frames of this step, for an autoencoder also its loss on all test images."""
        began = self._clock()
        match self._objective:
            case Adversarial() as adversarial:
                if step == 0:
                    yield _frame("real", self._chosen, step, wall)
                yield _frame("samples", adversarial.sample(self._codings), step, wall)
            case reconstruction:
                output = reconstruction.reconstruct(self._chosen)
                yield _frame("input", self._chosen, step, wall)
                yield _frame("reconstruction", output, step, wall)
                yield _frame("error", (output - self._chosen).abs(), step, wall)
                loss = reconstruction.validate(self._test)
                yield Scalars(step=step, wall=wall, values={"valid/reconstruction": loss})
        ended = self._clock()
        self._next = ended + max(self._every, (ended - began) / BUDGET)


def _frame(kind: str, images: Tensor, step: int, wall: float) -> Frame:
    return Frame(step=step, wall=wall, kind=kind, images=_pixels(images))


def _pixels(images: Tensor) -> NDArray[np.uint8]:
    """Images in [0, 1] as uint8; what is not finite is drawn black."""
    pixels: NDArray[np.uint8] = (
        images.nan_to_num(0.0, 0.0, 0.0).clamp(0, 1).mul(255).round().to(torch.uint8).cpu().numpy()
    )
    return pixels


def _spread(labels: Tensor, count: int) -> list[int]:
    """Indices of ``count`` images: the first of each class, the second of each class, and so on."""
    ranks: dict[int, int] = {}
    places = []
    for index, label in enumerate(labels.tolist()):
        ranks[label] = ranks.get(label, -1) + 1
        places.append((ranks[label], label, index))
    return [index for _, _, index in sorted(places)[:count]]
