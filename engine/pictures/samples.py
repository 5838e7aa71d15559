"""Samples from fixed codings, and beside them real images once."""

from collections.abc import Iterator

from latentop.engine.data import Dataset
from latentop.engine.objectives.protocol import Generative
from latentop.engine.pictures.exhibit import frame, spread
from latentop.engine.run.events import Event
from latentop.presets.schema import Preset


class Samples:
    """Frames ``samples`` and, at the first step shown, ``real``."""

    def __init__(self, objective: Generative, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        self._real = dataset.test[spread(dataset.test_labels, preset.keep.images)]
        self._count = preset.keep.images
        self._seed = preset.seed
        self._shown = False

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step."""
        if not self._shown:
            yield frame("real", self._real, step, wall)
            self._shown = True
        yield frame("samples", self._objective.draw(self._count, self._seed), step, wall)
