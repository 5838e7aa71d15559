"""How diverse samples are, relative to held-out real images measured the same way at the same number.

Absolute values of these measures mean little: even fresh real images cover only 93 % of the references.
So each is divided by what real images reach, and comes with the σ that a perfect generator would show.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.run.series import PRESENCE, PRESENT
from engine.watch import bins, features, modes
from engine.watch.neighbours import (
    K,
    copied,
    coverage,
    covered,
    crowded,
    density,
    duplicates,
    inside,
    precision,
    squared_radii,
    typical,
    vendi,
)

__all__ = ["DiversityMeter", "Measure", "Reading", "coverage", "density", "duplicates", "precision"]

REFERENCES = 1024
DRAWS = 100
SMALLEST_POOL = 96
"""Held-out images beside the references, at least."""
HELD_OUT = REFERENCES + SMALLEST_POOL
LARGEST_DRAW = 2 / 3
"""Of the images beside the references: draws that share more of them say too little about chance."""
BINNED = 4096
"""Training images that kinds are found in, at most, where there are no classes."""
EFFECTIVE = 256
"""Samples among which the effective number is counted, at most: eigenvalues take the cube of it."""

NAMED = 64
"""Modes whose presence is recorded one by one, at most: of more, each would be too small to be judged."""

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
class Reading:
    """What one batch of samples says.

    ``coverage`` falls when modes are lost; ``duplicates`` is the distance between nearest samples and falls
    towards 0 when they repeat; ``density`` says how crowded the samples' places are; ``precision`` falls when
    samples are bad; ``detail`` is below 1 for blur and above 1 for noise; ``effective`` is how many unlike
    images the samples are worth (the Vendi score). ``copied`` is the share of samples that are near copies
    of training images, beyond chance. ``count`` samples were read. ``histogram`` has each class's share of
    them, ``presence`` the same by name and relative to real data; ``lost`` names the classes that are absent.
    """

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

    @property
    def modes(self) -> int:
        """How many classes are there."""
        return len(self.presence) - len(self.lost)

    def series(self) -> dict[str, float]:
        """Values by series name, relative to real data (1 = like real), but for the count of modes."""
        named = {f"diversity/{name}": float(getattr(self, name).relative) for name in MEASURES}
        return named | {"diversity/modes": float(self.modes), "diversity/copied": self.copied}

    def shares(self) -> dict[str, float]:
        """Each mode's presence by series name, ``presence/1`` and so on; none where there are too many."""
        if len(self.presence) > NAMED:
            return {}
        return {f"{PRESENCE}{place}": share for place, share in enumerate(self.presence.values(), start=1)}


class DiversityMeter:
    """Measures samples against held-out real images; built once for a run.

    ``real`` ``(m, c, h, w)`` in [0, 1] with ``real_labels`` ``(m,)`` are held out: 1024 of them are
    references, the others the baseline, in an order drawn by ``seed``. ``training`` images with their
    labels give the features and the classes; where there are no two of these, kinds of images are found by
    k-means. ``draws`` batches are drawn from the baseline without replacement (a twin in a draw would look
    like a duplicate), by a generator of its own; chance is then corrected for the finite pool (Cochran 1977,
    *Sampling Techniques*, section 2.6) and for the error of the baseline itself.

    ``samples`` says how many images a reading takes: as asked, at most two thirds of the baseline.
    Raises ValueError where fewer than 1120 images are held out, or values are not finite.
    """

    @torch.no_grad()
    def __init__(
        self,
        *,
        real: Tensor,
        real_labels: Tensor,
        training: Tensor,
        training_labels: Tensor,
        classes: Sequence[str],
        samples: int = 512,
        draws: int = DRAWS,
        seed: int = 0,
    ) -> None:
        if len(real) < HELD_OUT:
            raise ValueError(f"{len(real)} held-out images; the meter needs {HELD_OUT}")
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(real), generator=generator).to(real.device)
        with features.one_thread():
            self.features = features.fit(training)
            points, detail = self.features.split(real[order])
            self._references = points[:REFERENCES]
            self._radii = squared_radii(self._references)
            self._width = float(self._radii.median())
            pool = len(real) - REFERENCES
            self.samples = min(samples, int(pool * LARGEST_DRAW))
            rows = []
            for _ in range(draws):
                drawn = REFERENCES + torch.randperm(pool, generator=generator)[: self.samples].to(real.device)
                rows.append(self._measure(points[drawn], detail[drawn]))
            known, labels = self.features(training), training_labels.to(training.device)
            real_labels = real_labels.to(real.device)[order]
            if len(classes) < 2:
                centres = bins.cluster(_evenly(known, BINNED), min(bins.BINS, len(known)))
                labels, real_labels = bins.nearest(known, centres), bins.nearest(points, centres)
                classes = tuple(f"kind {number}" for number in range(1, len(centres) + 1))
            self._memory = _evenly(known, REFERENCES)
            self.modes = modes.learn(known, labels, points, real_labels, classes)
        table = torch.tensor(rows, dtype=torch.float64)
        share = self.samples / pool
        chance = table.std(0) * math.sqrt((1 + share) / (1 - share))
        self._mean: list[float] = table.mean(0).tolist()
        self._sigma: list[float] = (chance / table.mean(0)).tolist()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the modes that a reading counts."""
        return self.modes.classes

    @property
    def chance(self) -> dict[str, float]:
        """The σ of each measure for a perfect generator, by name, as a share of real data."""
        return dict(zip(MEASURES, self._sigma, strict=True))

    @torch.no_grad()
    def read(self, samples: Tensor) -> Reading:
        """Measure images ``(n, channels, height, width)`` in [0, 1]; the first ``self.samples`` count.

        Raises ValueError for fewer images, another size of image, or values that are not finite.
        """
        if len(samples) < self.samples:
            raise ValueError(f"{len(samples)} samples; this meter compares {self.samples}")
        images = samples[: self.samples].to(self._references.device)
        with features.one_thread():
            points, detail = self.features.split(images)
            if not bool(detail.isfinite().all()):
                raise ValueError("samples hold values that are not finite")
            raw = self._measure(points, detail)
            copies = copied(points, self._memory, self._references[: len(self._memory)])
            histogram = self.modes.histogram(points)
        measured = {
            name: Measure(raw=value, relative=value / mean, sigma=sigma)
            for name, value, mean, sigma in zip(MEASURES, raw, self._mean, self._sigma, strict=True)
        }
        presence = dict(zip(self.classes, self.modes.presence(histogram), strict=True))
        return Reading(
            **measured,
            copied=copies,
            count=len(images),
            histogram=tuple(histogram.tolist()),
            presence=presence,
            lost=tuple(name for name, share in presence.items() if share < PRESENT),
        )

    def _measure(self, points: Tensor, detail: Tensor) -> tuple[float, ...]:
        """The measures in the order of ``MEASURES``: the one way for real images and samples alike."""
        within = inside(self._references, points, self._radii)
        batch = covered(within), crowded(within, K), typical(within, self._radii), detail.median()
        cover, crowd, precise, rest = torch.stack(batch).tolist()
        effective = vendi(points[:EFFECTIVE], self._width)
        return cover, crowd, duplicates(points), precise, rest, effective


def _evenly(points: Tensor, most: int) -> Tensor:
    """At most so many of the points, evenly spread over them."""
    return points[torch.linspace(0, len(points) - 1, min(len(points), most)).round().long().to(points.device)]
