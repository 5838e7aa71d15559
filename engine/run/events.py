"""What training says: frozen records, from the trainer through the recorder to the store.

Steps count optimiser steps (of the generator, or of the autoencoder) and begin at 1; step 0 is before
training. Wall times are seconds since the epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, SupportsFloat

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

Severity = Literal["warning", "critical"]

LARGEST = 1e12
"""What a run says of itself lies below: no calendar tells of a later second, no clock of a longer time."""
Amount = Annotated[float, Meta(gt=-LARGEST, lt=LARGEST)]
Count = Annotated[int, Meta(ge=-(2**53), le=2**53)]

LOST = "lost/"
"""In an alarm's evidence, before the name of a lost class: how much of it is left, relative to real data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalars:
    """Values of named series at one step, such as ``{"loss/generator": …}``.

    A value may be a 0-d array on any device: nobody reads it before the recorder's next flush.
    """

    step: int
    wall: float
    values: Mapping[str, SupportsFloat]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A grid of images at one step.

    ``images`` is uint8 ``(count, channels, height, width)``. ``kind`` is one of ``samples``, ``real``,
    ``input``, ``noisy``, ``reconstruction``, ``error``, ``codings``, ``interpolation``, ``traversal``; or one
    of these with ``/points`` behind it, whose bytes are points: see ``plane``.
    """

    step: int
    wall: float
    kind: str
    images: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened: ``edit``, ``checkpoint``, ``pause``, ``rollback``, ``stop`` …"""

    step: Count
    wall: Amount
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the watch says of the run from that step on: ``healthy``, ``collapsed`` … A fact, and a mark."""

    step: int
    wall: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """A sentence with numbers, and what to try. ``name`` is a verdict's name, such as ``collapsed``."""

    name: str
    severity: Severity
    step: int
    wall: float
    sentence: str
    advice: str
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared:
    """The alarm of that name is over."""

    name: str
    step: int
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Keys of the run's own table to set, such as ``{"state": "paused"}``: see ``told`` of the facts."""

    values: Mapping[str, object]

    def __or__(self, others: "Facts") -> "Facts":
        """These and others, which are right where both say something."""
        return Facts(values={**self.values, **others.values})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command: applied, or refused with the reason."""

    command: int
    applied: bool
    step: int
    wall: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewind:
    """Training went back to that step: what was recorded after it is forgotten."""

    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The state after that step was saved, and training may go back to it: no bin reaches across it."""

    step: int


Event = Scalars | Frame | Mark | Verdict | AlarmRaised | AlarmCleared | Facts | Reply | Rewind | Saved
