"""How diverse samples are, relative to real images that are measured the same way at the same number.

Where enough images are held out, some of these are references and the others the baseline. Where there are
fewer, all images serve as both: one half is held against the other, and the other against the one, as in
cross-validation. What is left of chance is in each measure's σ, which grows as images get fewer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from latentop.engine.linear_algebra import evenly, repeatable
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples import baseline, image_kinds, modes, sample_quality
from latentop.engine.watch.samples.asked_network import FeatureNetwork
from latentop.engine.watch.samples.baseline import Baseline
from latentop.engine.watch.samples.copies import Copies
from latentop.engine.watch.samples.feature_network import unmeasured_without
from latentop.engine.watch.samples.features import Features
from latentop.engine.watch.samples.modes import Modes
from latentop.engine.watch.samples.network_features import NetworkFeatures
from latentop.engine.watch.samples.reading import MEASURES, Measure, Own, Reading
from latentop.engine.watch.samples.real_points import pieces as seen
from latentop.engine.watch.samples.sample_quality import Quality
from latentop.engine.watch.samples.unmeasured import LEAST, UnmeasurableError, too_few

T = TypeVar("T")

REFERENCES = 1024
ENOUGH = REFERENCES + 768
"""Held-out images from which on references and baseline come from these alone."""
USED = 4096
"""Images that are references or baseline where all serve as both, at most."""
DRAWS = 100
LARGEST_DRAW = 2 / 3
"""Of the images beside the references: draws that share more of them say too little about chance."""
BINNED = 4096
"""Training images that kinds are found in, at most, where there are no classes."""
PER_KIND = 16
"""Samples that a kind of images should have, on average, for its absence to mean something."""
JUDGED = 0.5
"""Share of the classes whose absence would be seen; where it is less, kinds of images say more."""
IN_KIND = 32
"""Real images that a kind should have, on average."""
COUNTED = 512
"""Samples whose kinds are counted, at least, however few real images there are."""
PARTS = 4
"""Batches of a reading, at most."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DiversityMeter:
    """Measures samples against real images. ``samples`` says how many images a reading takes.

    They are measured ``size`` at a time, as many as a batch of the baseline has, and the measures averaged.
    ``features`` are of pixels: they say how much ``detail`` there is, and what is a copy. All else is
    measured in those of a ``network``, where somebody has named one.
    ``grain`` is the share of the variance of real pixels that the features leave out.
    ``distances`` are the names of those that are told of ``sample_quality.NAMES``.
    """

    features: Features
    network: NetworkFeatures | None
    baselines: tuple[Baseline, ...]
    qualities: tuple[Quality, ...]
    modes: Modes
    copies: Copies
    samples: int
    size: int
    grain: float
    distances: Sequence[str]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the modes that a reading counts: those whose absence would be seen."""
        known = self.modes.known(self.samples)
        return tuple(name for name, told in zip(self.modes.classes, known, strict=True) if told)

    @property
    def parts(self) -> int:
        """How many whole batches a reading has."""
        return parts_of(self.samples, self.size)

    @property
    def chance(self) -> dict[str, float]:
        """The σ of each measure for a perfect generator, by name, as a share of real data."""
        return dict(zip(MEASURES, _means([one.sigma for one in self.baselines]), strict=True))

    @property
    def own(self) -> dict[str, Own]:
        """What real data reach in the distances from real data, by name."""
        found = sample_quality.mean_of([one.own for one in self.qualities])
        return self._told(found)

    @torch.no_grad()
    def read(self, samples: Tensor) -> Reading:
        """Measure images ``(n, channels, height, width)`` in [0, 1]; the first ``self.samples`` count.

        Raises ValueError for fewer images, another size of image, or values that are not finite, and
        UnmeasurableError where a network gives no features of them.
        """
        if len(samples) < self.samples:
            raise ValueError(f"{len(samples)} samples; this meter compares {self.samples}")
        with repeatable():
            pixels, detail = self.features.split(samples[: self.samples])
            if not bool(detail.isfinite().all()):
                raise ValueError("samples hold values that are not finite")
        points = pixels
        if self.network is not None:
            with unmeasured_without():
                points = self.network(samples[: self.samples])
        with repeatable():
            parts = list(zip(points.split(self.size), detail.split(self.size), strict=True))[: self.parts]
            raw = [_means([one.raw(*part) for part in parts]) for one in self.baselines]
            apart = _means([one.measure(*part) for one in self.qualities for part in parts])
            copied = self.copies.share(pixels)
            histogram = self.modes.histogram(points)
        shares = [
            [value / mean if mean else 1.0 for value, mean in zip(values, one.mean, strict=True)]
            for values, one in zip(raw, self.baselines, strict=True)
        ]
        measured = {
            name: Measure(raw=value, relative=relative, sigma=self.chance[name])
            for name, value, relative in zip(MEASURES, _means(raw), _means(shares), strict=True)
        }
        if self.features.whole:  # what is left of detail is rounding
            measured["detail"] = Measure(raw=0.0, relative=1.0, sigma=0.0)
        presence = self.modes.presence(histogram, self.samples)
        return Reading(
            **measured,
            copied=copied,
            count=self.samples,
            histogram=tuple(histogram.tolist()),
            presence=presence,
            lost=tuple(name for name, share in presence.items() if share < PRESENT),
            noise=(measured["detail"].relative - 1) * self.grain,
            distances=self._told(apart),
            variances=self.modes.variances(self.samples),
        )

    def _told(self, values: Sequence[T]) -> dict[str, T]:
        named = zip(sample_quality.NAMES, values, strict=True)
        return {name: value for name, value in named if name in self.distances}


def build(**images: object) -> DiversityMeter:
    """The meter, built at once: see ``pieces``."""
    for meter in pieces(**images):  # type: ignore[arg-type]
        if meter is not None:
            return meter
    raise AssertionError("pieces end with a meter")


@torch.no_grad()
def pieces(
    *,
    real: Tensor,
    real_labels: Tensor,
    training: Tensor,
    training_labels: Tensor,
    classes: Sequence[str],
    samples: int = 512,
    draws: int = DRAWS,
    seed: int = 0,
    distances: Sequence[str] = sample_quality.NAMES,
    network: Callable[[], FeatureNetwork] | None = None,
) -> Iterator[DiversityMeter | None]:
    """Build a meter in pieces of a fraction of a second each: None after each of them, then the meter.

    ``real`` ``(m, c, h, w)`` in [0, 1] with ``real_labels`` ``(m,)`` are held out. ``training`` images with
    their labels give the features and the classes. Where there are no two of these, or too few images to tell
    of most of them whether they are gone, kinds of images are found by k-means. The order is drawn by
    ``seed``, by a generator of its own. Features are those of the ``network``, or else of pixels.

    A reading takes as many ``samples`` as asked for, as far as there are real images to compare them with,
    and a network is quick enough.
    Raises ValueError for fewer than ``LEAST`` images, or values that are not finite, and UnmeasurableError
    where so many are the same, to a network or altogether, that fewer are left, or it gives no features.
    """
    if (given := len(real) + len(training)) < LEAST:
        raise ValueError(f"{given} images; the meter needs {LEAST}")
    generator = torch.Generator().manual_seed(seed)
    with unmeasured_without():
        real_points = yield from seen(real, training, None if network is None else network())
    points, detail, count = real_points.points, real_points.detail, len(real_points.held_out)
    unseen, known = real_points.sets
    places = torch.arange(count)
    if count < ENOUGH:
        places = torch.cat([places, count + evenly(len(known), max(0, USED - count))])
    places = _unlike(real_points.pixels, places)
    if len(places) < LEAST:
        raise UnmeasurableError(too_few(len(places), "different images"))
    if real_points.network is not None:
        real_points.network.refuse_few(points[places])
        samples = real_points.network.network.affordable(samples)
    places = places[torch.randperm(len(places), generator=generator)]
    if count >= ENOUGH and len(places) >= ENOUGH:
        halves = [(places[:REFERENCES], places[REFERENCES:])]
        sides = [(torch.arange(count, len(points)), places)]
    else:
        one, other = places.chunk(2)
        halves = [(one[:REFERENCES], other), (other[:REFERENCES], one)]
        sides = [(one, other), (other, one)]
    size = min(samples, *(int(len(pool) * LARGEST_DRAW) for _, pool in halves))
    samples = max(size, min(samples, COUNTED))
    baselines = []
    for references, pool in halves:
        drawn = baseline.draw(
            points[references],
            points[pool],
            detail[pool],
            samples=size,
            parts=parts_of(samples, size),
            draws=draws // len(halves),
            generator=generator,
        )
        made = None
        while made is None:
            with repeatable():
                made = next(drawn)
            yield None
        baselines.append(made)
    learning = sample_quality.learned(
        points,
        detail,
        sides,
        whole=real_points.features.whole,
        samples=size,
        parts=parts_of(samples, size),
        generator=generator,
    )
    qualities = None
    while qualities is None:
        qualities = next(learning)
        yield None
    shown = None
    if len(classes) > 1:
        with repeatable():
            shown = modes.learn(
                known,
                training_labels.cpu()[real_points.training],
                unseen,
                real_labels.cpu()[real_points.held_out],
                classes,
            )
        yield None
    if shown is None or shown.known(samples).double().mean() < JUDGED:
        kinds = max(2, min(image_kinds.BINS, samples // PER_KIND, len(known) // IN_KIND))
        with repeatable():
            centres = image_kinds.cluster(known[evenly(len(known), BINNED)], kinds)
        yield None
        named = tuple(f"kind {number}" for number in range(1, len(centres) + 1))
        with repeatable():
            found_as, others_as = image_kinds.nearest(known, centres), image_kinds.nearest(unseen, centres)
            shown = modes.learn(known, found_as, unseen, others_as, named)
        yield None
    yield DiversityMeter(
        features=real_points.features,
        network=real_points.network,
        baselines=tuple(baselines),
        qualities=qualities,
        modes=shown,
        copies=real_points.copies,
        samples=samples,
        size=size,
        grain=real_points.grain,
        distances=distances,
    )


def parts_of(samples: int, size: int) -> int:
    """How many whole batches of that size are measured, of so many samples."""
    return min(PARTS, samples // size)


def _means(rows: Sequence[Sequence[float]]) -> list[float]:
    return [sum(column) / len(column) for column in zip(*rows, strict=True)]


def _unlike(points: Tensor, places: Tensor) -> Tensor:
    """Of those places the first of each group of equal points: images that come again are no chance."""
    _, group = torch.unique(points[places], dim=0, return_inverse=True)
    first = torch.full((int(group.max()) + 1,), len(places)).scatter_reduce_(
        0, group, torch.arange(len(places)), "amin"
    )
    return places[first.sort().values]
