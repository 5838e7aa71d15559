"""Held-out images, what the network was shown of them, what it gave back, and how far that is off."""

from collections.abc import Iterator

import torch

from engine.data import Dataset
from engine.gallery.exhibit import frame, spread
from engine.objectives.protocol import Reconstructing
from engine.run.events import Event, Scalars
from presets.schema import Preset


class Reconstructions:
    """Frames ``input``, ``noisy`` (if noise is added), ``reconstruction``, ``error``; series ``valid/…``."""

    def __init__(self, objective: Reconstructing, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        self._test = dataset.test
        self._input = dataset.test[spread(dataset.test_labels, preset.keep.images)]
        self._seed = preset.seed

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames and validation losses of this step."""
        shown = self._objective.corrupt(self._input, self._seed)
        output = self._objective.reconstruct(shown)
        yield frame("input", self._input, step, wall)
        if not torch.equal(shown, self._input):
            yield frame("noisy", shown, step, wall)
        yield frame("reconstruction", output, step, wall)
        yield frame("error", (output - self._input).abs(), step, wall)
        yield Scalars(step=step, wall=wall, values=self._objective.validate(self._test))
