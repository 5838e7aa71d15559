"""An exhibit: one thing that a run shows of itself. What several of them need to make frames."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from engine.run.events import Event, Frame
from presets.schema import Preset


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


def frame(kind: str, images: Tensor, step: int, wall: float) -> Frame:
    """A frame of images ``(count, channels, height, width)`` in [0, 1]; what is not finite is drawn black."""
    pixels = images.nan_to_num(0.0, 0.0, 0.0).clamp(0, 1).mul(255).round().to(torch.uint8)
    return Frame(step=step, wall=wall, kind=kind, images=np.ascontiguousarray(pixels.cpu().numpy()))


def spread(labels: Tensor, count: int) -> list[int]:
    """Indices of ``count`` items: the first of each class, the second of each class, and so on."""
    ranks: dict[int, int] = {}
    places = []
    for index, label in enumerate(labels.tolist()):
        ranks[label] = ranks.get(label, -1) + 1
        places.append((ranks[label], label, index))
    return [index for _, _, index in sorted(places)[:count]]
