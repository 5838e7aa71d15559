"""Held-out images, what the network was shown of them, what it gave back, and how far that is off."""

from collections.abc import Iterator

import torch

from latentop.engine.data import Dataset
from latentop.engine.objectives.protocol import Reconstructing
from latentop.engine.pictures.exhibit import frame, room, spread
from latentop.engine.run.events import Event, Scalars
from latentop.presets.schema import Preset


class Reconstructions:
    """Frames ``input``, ``noisy`` (if noise is added), ``reconstruction``, ``error``."""

    def __init__(self, objective: Reconstructing, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        self._input = dataset.test[spread(dataset.test_labels, preset.keep.images)]
        self._seed = preset.seed

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step."""
        shown = self._objective.corrupt(self._input, self._seed)
        output = self._objective.reconstruct(shown)
        yield frame("input", self._input, step, wall)
        if not torch.equal(shown, self._input):
            yield frame("noisy", shown, step, wall)
        yield frame("reconstruction", output, step, wall)
        yield frame("error", (output - self._input).abs(), step, wall)


class Validation:
    """Series ``valid/…`` over all held-out images, of large ones over as many as there is ``room`` for.

    Always the same, of every class as many as can be.
    """

    def __init__(self, objective: Reconstructing, dataset: Dataset) -> None:
        self._objective = objective
        self._test, most = dataset.test, room(dataset.shape, len(dataset.test))
        if most < len(self._test):
            self._test = self._test[spread(dataset.test_labels, most)]

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Validation losses of this step."""
        yield Scalars(step=step, wall=wall, values=self._objective.validate(self._test))
