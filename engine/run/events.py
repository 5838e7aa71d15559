"""What training says: frozen records, from the trainer through the recorder to the store.

Steps count optimiser steps (of the generator, or of the autoencoder) and begin at 1; step 0 is before
training. Wall times are seconds since the epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, SupportsFloat

import numpy as np
from numpy.typing import NDArray

Severity = Literal["warning", "critical"]

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
    ``input``, ``noisy``, ``reconstruction``, ``error``, ``codings``, ``interpolation``, ``traversal``.
    """

    step: int
    wall: float
    kind: str
    images: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened: ``edit``, ``checkpoint``, ``pause``, ``rollback``, ``stop``, ``verdict`` …"""

    step: int
    wall: float
    kind: str
    text: str


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
    """Keys of the run's own table to set, such as ``{"state": "paused"}``. Values are JSON's types."""

    values: Mapping[str, object]


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


Event = Scalars | Frame | Mark | AlarmRaised | AlarmCleared | Facts | Reply | Rewind | Saved
