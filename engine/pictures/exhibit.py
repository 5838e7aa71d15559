"""An exhibit: one thing that a run shows of itself. What several of them need to make frames."""

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from latentop.engine.run import plane
from latentop.engine.run.events import Event, Frame
from latentop.presets.schema import Preset

SMALL = 1024
"""Numbers in an image, such as one of 32 × 32 grey pixels, up to which an exhibit may look at all images."""
VALUES, LEAST = 2**21, 64
"""Numbers in the larger images that it looks at, at most; and images that it may look at in any case."""


Axes = Mapping[str, tuple[str, str]]
"""By the kind of frame, what goes right and what goes up in those of points."""


class Exhibit(Protocol):
    """Shows one thing, always of the same held-out data or fixed codings, so that one sees it evolve."""

    def show(self, step: int, wall: float) -> Iterator[Event]:
        """Frames and series of this step. Training is unmoved."""
        ...


@runtime_checkable
class Scheduled(Protocol):
    """An exhibit that is shown at steps of its own choice, too, whatever the clock says."""

    def wants(self, step: int) -> bool:
        """Whether this is such a step."""
        ...


@runtime_checkable
class Adjustable(Protocol):
    """An exhibit that depends on settings which can be changed while training."""

    def adopt(self, preset: Preset) -> None:
        """Show from now on what that preset asks for."""
        ...


@runtime_checkable
class Plotted(Protocol):
    """An exhibit whose frames are of points in the plane."""

    @property
    def axes(self) -> Axes:
        """By the kind of frame, what goes right and what goes up."""
        ...


def axes_of(exhibits: Iterable[Exhibit]) -> dict[str, tuple[str, str]]:
    """By the kind of frame, what its axes are: of all exhibits whose frames are of points."""
    return {kind: one for some in exhibits if isinstance(some, Plotted) for kind, one in some.axes.items()}


def frame(kind: str, images: Tensor, step: int, wall: float) -> Frame:
    """A frame of images ``(count, channels, height, width)`` in [0, 1]; what is not finite is drawn black."""
    pixels = images.nan_to_num(0.0, 0.0, 0.0).clamp(0, 1).mul(255).round().to(torch.uint8)
    return Frame(step=step, wall=wall, kind=kind, images=np.ascontiguousarray(pixels.cpu().numpy()))


def points(kind: str, places: Tensor, labels: Tensor | None, step: int, wall: float) -> Frame:
    """The first of points ``(n, 2)``, as many as a frame holds, where they are; with labels ``(n,)`` or 0."""
    shown = places[: plane.MOST].detach().cpu().double().numpy()
    named = np.zeros(len(shown), dtype=np.int64) if labels is None else labels[: len(shown)].cpu().numpy()
    return Frame(step=step, wall=wall, kind=f"{kind}{plane.SUFFIX}", images=plane.packed(shown, named))


def spread(labels: Tensor, count: int) -> list[int]:
    """Indices of ``count`` items: the first of each class, the second of each class, and so on."""
    ranks: dict[int, int] = {}
    places = []
    for index, label in enumerate(labels.tolist()):
        ranks[label] = ranks.get(label, -1) + 1
        places.append((ranks[label], label, index))
    return [index for _, _, index in sorted(places)[:count]]


def room(shape: tuple[int, ...], count: int) -> int:
    """How many of ``count`` images of that shape an exhibit looks at, for neither long nor in much memory.

    All small ones; of 32 × 32 pixels in colour 682 at most, of 64 × 64 170, of 128 × 128 or more LEAST.
    """
    width = prod(shape)
    return count if width <= SMALL else min(count, max(LEAST, VALUES // width))
