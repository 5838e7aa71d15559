"""What the Dirac-GAN shows: where its two numbers go, in their phase plane."""

from collections import deque
from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from latentop.engine.models import dirac
from latentop.engine.pictures.canvas import Canvas
from latentop.engine.pictures.exhibit import Axes, frame, points
from latentop.engine.run import plane
from latentop.engine.run.events import Event

TRAIL = 4096
"""Steps that the picture remembers."""
SMALLEST = 0.5
"""The least that is shown to each side of the equilibrium."""
AGES = 4
"""Parts of the trail that are told apart by their label, the newest last."""


class PhasePlane:
    """Frames ``samples``: the generator's number across, the discriminator's upwards, over the last steps.

    Where weights are loaded, as when training goes back, the trail begins anew: it led elsewhere. The circle
    in the middle is the equilibrium, where both should end (Mescheder et al. 2018, figure 3). The frame
    ``real`` shows the equilibrium alone.
    """

    axes: ClassVar[Axes] = {"samples": ("the generator's number", "the discriminator's slope")}

    def __init__(self, generator: dirac.Generator, discriminator: dirac.Discriminator) -> None:
        self._numbers = generator.place, discriminator.slope
        self._trail: deque[Tensor] = deque(maxlen=TRAIL)
        self._shown = False
        generator.register_forward_pre_hook(self._on_forward)
        for network in (generator, discriminator):
            network.register_load_state_dict_post_hook(self._on_load)  # type: ignore[no-untyped-call]

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """The frame of this step."""
        if not self._trail:
            self._remember()
        trail = torch.stack([*self._trail])
        start = float(trail.nan_to_num(0.0, 0.0, 0.0).abs().max())
        canvas = Canvas(centre=(0.0, 0.0), reach=max(start * 1.1, SMALLEST))
        middle = torch.zeros(1, 2)
        if not self._shown:
            yield frame("real", canvas.picture(middle[:0], middle, 0.0), step, wall)
            yield points("marks", middle, None, step, wall)
            self._shown = True
        yield frame("samples", canvas.picture(trail, middle, 0.0), step, wall)
        some = trail[torch.linspace(0, len(trail) - 1, min(len(trail), plane.MOST)).round().long()]
        ages = torch.arange(len(some)) * AGES // len(some)
        yield points("samples", some.reshape(-1, 2), ages, step, wall)

    def _on_forward(self, module: nn.Module, _: object) -> None:
        if module.training:  # not while samples are drawn for show
            self._remember()

    def _on_load(self, _: nn.Module, __: object) -> None:
        self._trail.clear()

    def _remember(self) -> None:
        self._trail.append(torch.stack([one.detach() for one in self._numbers]))
