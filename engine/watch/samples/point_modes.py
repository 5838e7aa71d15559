"""How diverse samples of points are whose modes nobody has named: these are found in the real points.

Where real points form groups with gaps between them, these are the modes. Else the cells of a coarse k-means
are. Either way a sample belongs to the mode of the nearest real point, and is good where that is near. So a
generator that makes modes narrower than they are, as GANs do, has lost none; see mixture.
"""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from latentop.engine.linear_algebra import evenly, repeatable
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples import image_kinds
from latentop.engine.watch.samples.mixture import COMPARED, COUNTED, PER_MODE, MixtureReading, Worth
from latentop.engine.watch.samples.neighbours import duplicates, squared_distances, squared_radii
from latentop.engine.watch.samples.reading import Measure, Own

DIMENSIONS = 3
"""Of points whose modes are found: in more, real points lie too far apart to show gaps."""
REFERENCES = 1500
"""Real points that samples are held against, at most."""
CROWDED, LINKED = 0.9, 2.0
"""Points are linked up to so many times the distance that this share of them keeps to its neighbours."""
FEWEST = 0.02
"""Share of the real points that a mode has, at least: fewer are outliers of the nearest mode."""
MOST_MODES = 64
CELLS = 8
"""Where there are no gaps."""
ORDINARY = 0.99
"""Share of fresh real points that count as good."""
AT_ONCE = 128
"""Samples whose distances fit into a processor's cache: twice as fast as all at once."""


class PointMeter:
    """Counts modes, with the interface of ``DiversityMeter``. ``samples`` says how many points it takes.

    ``real`` ``(m, d)`` are points with d up to DIMENSIONS, at least LEAST of them. They and samples may come
    as images of one row, ``(n, 1, 1, d)``.
    """

    def __init__(self, real: Tensor) -> None:
        points = real.cpu().flatten(1).double()
        half = len(points) // 2
        with repeatable():
            self._references = points[evenly(half, REFERENCES)]
            fresh = points[half:][evenly(len(points) - half, REFERENCES)]
            self._modes, self._gap = modes(self._references)
            away, called = self._nearest(fresh)
            self._reach = max(float(away.quantile(ORDINARY)), self._gap)
            shares = torch.bincount(called, minlength=int(self._modes.max()) + 1).double() / len(called)
            self._shares = shares.clamp(min=1 / len(called))
            self._quality = float((away <= self._reach).double().mean())
            self._compared = min(COMPARED, len(fresh))
            self._apart = duplicates(fresh[: self._compared])
            self._worth = Worth(fresh, len(self._shares))
        self.classes = tuple(f"mode {number}" for number in range(1, len(self._shares) + 1))
        self.samples = max(COUNTED, PER_MODE * len(self.classes))
        self.own: Mapping[str, Own] = {}
        self.chance = {"density": math.sqrt(max(1 - self._quality, 1e-4) / (self._quality * self.samples))}

    @torch.no_grad()
    def read(self, samples: Tensor) -> MixtureReading:
        """Measure points; the first ``self.samples`` count. Raises ValueError for fewer."""
        if len(samples) < self.samples:
            raise ValueError(f"{len(samples)} samples; this meter compares {self.samples}")
        points = samples[: self.samples].cpu().flatten(1).double()
        with repeatable():
            away, called = self._nearest(points)
            apart = duplicates(points[: self._compared])
            worth = self._worth.measure(points)
        good = away <= self._reach
        assigned = torch.bincount(called, minlength=len(self.classes)).double()
        near = torch.bincount(called[good], minlength=len(self.classes)).double()
        quality = float(good.double().mean())
        shares = near / near.sum().clamp(min=1) / self._shares
        presence = dict(zip(self.classes, shares.tolist(), strict=True))
        whole = (1 / (near.sum().clamp(min=1) * self._shares)).tolist()
        lost = tuple(name for name, share in presence.items() if share < PRESENT)
        histogram = assigned / self.samples
        return MixtureReading(
            coverage=_exact(1 - len(lost) / len(self.classes)),
            density=_exact(quality / self._quality),
            duplicates=_exact(1.0),
            precision=_exact(quality / self._quality),
            detail=_exact(1.0),
            effective=worth,
            copied=0.0,
            count=self.samples,
            histogram=tuple(histogram.tolist()),
            presence=presence,
            variances={name: (0.0, one) for name, one in zip(self.classes, whole, strict=True)},
            lost=lost,
            quality=quality,
            apart=apart / self._apart if self._apart > 0 else 1.0,
            reverse_kl=float(torch.special.xlogy(histogram, histogram / self._shares).sum()),
        )

    def _nearest(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """How far the nearest real point is ``(n,)``, and its mode ``(n,)``."""
        found = [squared_distances(some, self._references).min(1) for some in points.split(AT_ONCE)]
        away = torch.cat([one.values for one in found]).sqrt()
        return away, self._modes[torch.cat([one.indices for one in found])]


def pieces(real: Tensor) -> Iterator[PointMeter | None]:
    """The meter, in one piece: it takes less than a second."""
    yield PointMeter(real)


def modes(points: Tensor) -> tuple[Tensor, float]:
    """The mode ``(n,)`` of each real point ``(n, d)``, from 0, and up to which distance points are linked."""
    reach = LINKED * float(squared_radii(points).sqrt().quantile(CROWDED))
    distances = squared_distances(points, points).sqrt()
    groups = _connected(distances <= reach)
    large = [
        one
        for one, count in zip(*groups.unique(return_counts=True), strict=True)
        if count >= FEWEST * len(points)
    ]
    if not 2 <= len(large) <= MOST_MODES:
        return image_kinds.nearest(points, image_kinds.cluster(points, CELLS)), reach
    found = torch.full_like(groups, -1)
    for number, one in enumerate(large):
        found[groups == one] = number
    known = found >= 0
    found[~known] = found[known][distances[~known][:, known].argmin(1)]
    return found, reach


def _connected(linked: Tensor) -> Tensor:
    """The connected part ``(n,)`` of each of n nodes, by the number of its first node."""
    label = torch.arange(len(linked))
    far = len(linked)
    while True:
        lower = torch.where(linked, label, far).amin(1)
        lower = lower[lower]
        if torch.equal(lower, label):
            return label
        label = lower


def _exact(share: float) -> Measure:
    return Measure(raw=share, relative=share, sigma=0.0)
