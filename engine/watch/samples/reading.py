"""What a meter measures of one batch of samples, and what every meter can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from torch import Tensor

from latentop.engine.run.series import PRESENCE, QUALITY

NAMED = 64
"""Modes whose presence is recorded one by one, at most: of more, each would be too small to be judged."""

ALIKE = 0.1
"""Of as many real images' effective number: below, all samples are the same image, or nearly."""

MEASURES = ("coverage", "density", "duplicates", "precision", "detail", "effective")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number about samples: ``raw``, ``relative`` to real data (1 = like real), and the chance in it.

    ``sigma`` is the standard deviation of ``relative`` for a perfect generator, as a share of real data.
    """

    raw: float
    relative: float
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What real data themselves reach in a measure, and its σ, both for as many samples as are read."""

    value: float
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one batch of samples says.

    ``coverage`` falls when modes are lost; ``duplicates`` is the distance between nearest samples and falls
    towards 0 when they repeat; ``density`` says how crowded the samples' places are; ``precision`` falls
    when samples are bad; ``detail`` is below 1 for blur and above 1 for noise; ``effective`` is how many
    unlike images the samples are worth (the Vendi score). ``copied`` is the share of samples that are near
    copies of training images, beyond chance. ``noise`` is the detail that samples have beyond real data's,
    as a share of the variance of real pixels; below 0 for blur. ``distances`` say how far samples are from
    real data, by their name in ``sample_quality``, where these are measured. ``count`` samples were read.
    ``histogram`` has each class's share of them, ``presence`` the same by name and relative to real data;
    ``lost`` names the absent classes; ``counted`` says whether that is exact. ``variances`` are what chance
    gives to a class's presence: where it is absent, and where it is as in real data; it grows evenly between.
    """

    counted: ClassVar[bool] = False

    coverage: Measure
    density: Measure
    duplicates: Measure
    precision: Measure
    detail: Measure
    effective: Measure
    copied: float
    count: int
    histogram: tuple[float, ...]
    presence: Mapping[str, float]
    lost: tuple[str, ...]
    noise: float = 0.0
    distances: Mapping[str, float] = field(default_factory=dict)
    variances: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def alike_below(self) -> float:
        """The ``effective``, relative to real data, below which all samples are the same image, or nearly."""
        return ALIKE

    @property
    def modes(self) -> int:
        """How many classes are there."""
        return len(self.presence) - len(self.lost)

    def series(self) -> dict[str, float]:
        """Values by series name, relative to real data (1 = like real) but for modes, copies, distances."""
        named = {f"diversity/{name}": float(getattr(self, name).relative) for name in MEASURES}
        named |= {"diversity/modes": float(self.modes), "diversity/copied": self.copied}
        return named | {f"{QUALITY}{name}": value for name, value in self.distances.items()}

    def shares(self) -> dict[str, float]:
        """Each mode's presence by series name, ``presence/1`` and so on; none where there are too many."""
        if len(self.presence) > NAMED:
            return {}
        return {f"{PRESENCE}{place}": share for place, share in enumerate(self.presence.values(), start=1)}


class Meter(Protocol):
    """Measures samples: so many of them, and what they say."""

    @property
    def samples(self) -> int:
        """How many samples a reading takes."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the modes that a reading counts."""
        ...

    @property
    def chance(self) -> Mapping[str, float]:
        """The σ of measures for a perfect generator, by name, as a share of real data."""
        ...

    @property
    def own(self) -> Mapping[str, Own]:
        """What real data reach in the distances of a reading, by name; none where these are not measured."""
        ...

    def read(self, samples: Tensor) -> Reading:
        """What the samples ``(n, *shape)`` say."""
        ...
