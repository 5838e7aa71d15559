"""What a recipe is: a preset, changed, on its own data or on others; and which half its runs belong to."""

from dataclasses import dataclass
from typing import Literal

from benchmarks.alarms.image_sets import ImageSource

Half = Literal["tune", "report"]
Kind = Literal["points", "Fashion-MNIST", "made images", "digits", "emoji"]
"""Kinds of data."""

SEEDS = (1, 2, 3, 4, 5)
TUNED_ON = (1, 2)
"""Seeds of the first half; the others, and all of a recipe that is ``unseen``, are for the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A preset, changed by ``words``. ``speed`` is in steps per second of the watch's clock.

    ``check`` is how many steps lie between two checks of the samples: as many as the watch's budget of 1 %
    leaves. ``unseen`` recipes were never looked at while thresholds were chosen. ``source`` says what it
    trains on in place of the preset's data. The truth is looked for ``looks`` times in a run.
    """

    name: str
    preset: str
    words: tuple[str, ...] = ()
    kind: Kind
    source: ImageSource | None = None
    steps: int
    speed: float
    check: int
    looks: int = 60
    unseen: bool = False

    def half(self, seed: int) -> Half:
        """Which half of the benchmark this case belongs to."""
        return "tune" if seed in TUNED_ON and not self.unseen else "report"
