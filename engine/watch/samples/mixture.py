"""How diverse samples of a known mixture are: its modes are counted, not estimated.

Source: Lin et al. 2018, PacGAN, arXiv 1712.04086, section 4.1, after Srivastava et al. 2017, VEEGAN, arXiv
1705.07761, section 4.1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from latentop.engine.linear_algebra import repeatable
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples.neighbours import duplicates, squared_distances
from latentop.engine.watch.samples.reading import Measure, Own, Reading

COUNTED = 2500
"""Samples that a reading takes at least, as in the paper."""
PER_MODE = 32
"""Samples that a mode should have, at least: of fewer, chance gives one mode of many less than a quarter."""
NEAR = 3.0
"""Standard deviations from the nearest centre, within which a sample is of high quality."""
REAL_QUALITY = 1 - math.exp(-NEAR * NEAR / 2)
"""The share of real samples that are: 98.9 % in the plane."""
COMPARED = 512
"""Samples among which nearest neighbours are looked for."""
WORTH, WORTH_LEAST = 4, 16
"""Unlike points that real ones are worth: for each mode, and at least."""
ONE_PLACE = 2.0
"""Samples that are worth fewer unlike points are all in one place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What is exactly known of samples ``(n, 2)``.

    ``assigned`` ``(modes,)`` counts the samples nearest to each centre, ``good`` ``(modes,)`` those of high
    quality among them. A mode is there with one such sample.
    """

    assigned: Tensor
    good: Tensor

    @property
    def modes(self) -> int:
        """How many modes are there."""
        return int((self.good > 0).sum())

    @property
    def quality(self) -> float:
        """The share of samples of high quality, in [0, 1]."""
        return float(self.good.sum() / self.assigned.sum())

    @property
    def reverse_kl(self) -> float:
        """Divergence of the modes of samples from uniform ones, in nats: 0 to ln modes, 0 is best."""
        share = self.assigned / self.assigned.sum()
        return float(torch.special.xlogy(share, share * len(share)).sum())


@torch.no_grad()
def count(samples: Tensor, centres: Tensor, sd: float) -> Count:
    """Count samples ``(n, 2)`` of a mixture with ``centres`` ``(modes, 2)``. Nothing non-finite, please."""
    nearest = squared_distances(samples.cpu().double(), centres.cpu().double()).min(1)
    modes = len(centres)
    near = nearest.values <= (NEAR * sd) ** 2
    return Count(
        assigned=torch.bincount(nearest.indices, minlength=modes).double(),
        good=torch.bincount(nearest.indices[near], minlength=modes).double(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MixtureReading(Reading):
    """``coverage`` is the share of modes that are there, ``precision`` and ``density`` are quality.

    A mode is there with a quarter of its fair share of the good samples: the paper's one sample of 2500 keeps
    a mode on its list that nobody sees any more.

    ``apart`` is how far nearest samples are apart, relative to real ones. GANs make modes narrower than they
    are, which is no collapse while all can be counted: ``duplicates`` stays at 1, and no alarm minds it.
    ``effective`` is how many unlike points samples are worth: see ``Worth``.
    """

    counted: ClassVar[bool] = True

    quality: float
    apart: float
    reverse_kl: float

    @property
    def alike_below(self) -> float:
        """The ``effective``, relative to real data, below which all samples are in one place."""
        return min(ONE_PLACE * self.effective.relative / self.effective.raw, ONE_PLACE / WORTH_LEAST)

    def series(self) -> dict[str, float]:
        """Values by series name: those of every reading that mean something here, and the paper's two."""
        return {
            "diversity/coverage": self.coverage.relative,
            "diversity/density": self.density.relative,
            "diversity/duplicates": self.apart,
            "diversity/modes": float(self.modes),
            "diversity/quality": self.quality,
            "diversity/reverse-kl": self.reverse_kl,
        }


class Worth:
    """How many unlike points samples are worth: 1 where all are in one place, ``real`` for real points.

    The Vendi score of order 2, n² / ΣK², where K is the Gaussian kernel of that width at which ``points``
    ``(n, d)``, which are real, are worth WORTH for each of so many ``modes``; though no more than half of the
    points. A mode that a generator makes narrower is worth 1 at least. Source: Pasarkar and Dieng 2023,
    Cousins of the Vendi score (arXiv 2310.12952), section 3.
    """

    def __init__(self, points: Tensor, modes: int) -> None:
        self._mean = points.double().mean(0)
        self._points = points[: COMPARED // 2].double() - self._mean
        most = len(self._points.unique(dim=0)) / 2
        target = min(most, max(WORTH_LEAST, WORTH * modes))
        scale = max(float(squared_distances(self._points, self._points).mean()), 1e-30)
        low, high = -40.0, 5.0  # of ln(width / scale)
        while high - low > 0.05:
            middle = (low + high) / 2
            self._width = scale * math.exp(middle)
            low, high = (middle, high) if self._count(self._points) > target else (low, middle)
        self.real = self._count(self._points)

    def measure(self, samples: Tensor) -> Measure:
        """The worth of samples ``(n, d)``."""
        count = self._count(samples[: len(self._points)].double() - self._mean)
        return Measure(raw=count, relative=min(1.0, count / self.real), sigma=0.0)

    def _count(self, points: Tensor) -> float:
        likeness = squared_distances(points, points).div_(-self._width).exp_().nan_to_num_(0.0)
        return len(points) ** 2 / float(likeness.fill_diagonal_(1.0).sum())


class MixtureMeter:
    """Counts modes; with the interface of ``DiversityMeter``. ``samples`` says how many points it takes.

    ``real`` ``(m, 2)`` are held-out points, and say how far apart nearest samples are; ``centres``
    ``(modes, 2)`` and ``sd`` are the mixture's, ``classes`` the names of its modes.
    """

    def __init__(self, *, real: Tensor, centres: Tensor, sd: float, classes: Sequence[str]) -> None:
        self._centres = centres.cpu()
        self._sd = sd
        self.classes = tuple(classes)
        self.samples = max(COUNTED, PER_MODE * len(classes))
        with repeatable():
            batches = real.cpu().double().split(COMPARED)
            distances = torch.tensor([duplicates(one) for one in batches if len(one) == COMPARED])
            self._apart = duplicates(batches[0])
            self._worth = Worth(batches[0], len(classes))
        self._chance = {"density": math.sqrt((1 - REAL_QUALITY) / (REAL_QUALITY * self.samples))}
        if len(distances) > 1:
            self._chance["duplicates"] = float(distances.std() / distances.mean())

    @property
    def chance(self) -> dict[str, float]:
        """The σ of quality, as theory has it, and of the distance between nearest samples, for real points.

        Modes are counted, so that the share of them has none.
        """
        return self._chance

    @property
    def own(self) -> dict[str, Own]:
        """Nothing: of points modes are counted."""
        return {}

    @torch.no_grad()
    def read(self, samples: Tensor) -> MixtureReading:
        """Measure points ``(n, 2)``; the first ``self.samples`` count. Raises ValueError for fewer."""
        if len(samples) < self.samples:
            raise ValueError(f"{len(samples)} samples; this meter compares {self.samples}")
        points = samples[: self.samples].cpu()
        with repeatable():
            counted = count(points, self._centres, self._sd)
            apart = duplicates(points[:COMPARED].cpu().double())
            worth = self._worth.measure(points)
        quality = counted.quality / REAL_QUALITY
        shares = counted.good / counted.good.sum().clamp(min=1)
        presence = dict(zip(self.classes, (len(self.classes) * shares).tolist(), strict=True))
        lost = tuple(name for name, share in presence.items() if share < PRESENT)
        return MixtureReading(
            coverage=_exact(1 - len(lost) / len(self.classes)),
            density=_exact(quality),
            duplicates=_exact(1.0),
            precision=_exact(quality),
            detail=_exact(1.0),
            effective=worth,
            copied=0.0,
            count=self.samples,
            histogram=tuple((counted.assigned / self.samples).tolist()),
            presence=presence,
            variances=dict.fromkeys(presence, (0.0, len(presence) / max(float(counted.good.sum()), 1.0))),
            lost=lost,
            quality=counted.quality,
            apart=apart / self._apart,
            reverse_kl=counted.reverse_kl,
        )


def _exact(share: float) -> Measure:
    return Measure(raw=share, relative=share, sigma=0.0)
