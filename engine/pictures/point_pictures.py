"""What a GAN of points shows: its samples in the plane, over the modes that it should reach."""

from collections.abc import Iterator
from typing import ClassVar

import torch

from latentop.engine.data import Dataset
from latentop.engine.objectives.protocol import Generative
from latentop.engine.pictures.canvas import around
from latentop.engine.pictures.exhibit import Axes, frame, points
from latentop.engine.run.events import Event
from latentop.presets.schema import Preset

SHOWN = 2500
RADIUS = 3.0
"""Of the circle that marks a mode, in its standard deviations: what lies inside is of high quality."""


class Points:
    """Frames ``samples`` and, at the first step shown, ``real``: points ``(n, 2)``, and pictures of them.

    A mode of a known mixture is a circle; one that stays empty has been lost. Their centres are ``marks``.
    """

    axes: ClassVar[Axes] = {"samples": ("x", "y"), "real": ("x", "y")}

    def __init__(self, objective: Generative, dataset: Dataset, preset: Preset) -> None:
        self._objective = objective
        self._seed = preset.seed
        self._real = dataset.test[:SHOWN]
        mixture = dataset.mixture
        self._marks = self._real[:0] if mixture is None else mixture.centres
        self._radius = 0.0 if mixture is None else RADIUS * mixture.sd
        self._canvas = around(self._real if mixture is None else mixture.centres)
        self._shown = False

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames of this step."""
        if not self._shown:
            yield frame("real", self._canvas.picture(self._real, self._marks, self._radius), step, wall)
            yield points("real", self._real, None, step, wall)
            if len(self._marks):
                yield points("marks", self._marks, torch.arange(len(self._marks)), step, wall)
            self._shown = True
        samples = self._objective.draw(SHOWN, self._seed)
        yield frame("samples", self._canvas.picture(samples, self._marks, self._radius), step, wall)
        yield points("samples", samples, None, step, wall)
