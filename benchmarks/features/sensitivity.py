"""By how many σ of real data each failure moves the watch's measures, in given features."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.features.failures import FAILURES, Pool, gone_classes, sound
from benchmarks.features.maps import Map
from latentop.engine.data import Dataset
from latentop.engine.linear_algebra import repeatable
from latentop.engine.run.series import PRESENT
from latentop.engine.watch.samples import baseline, modes
from latentop.engine.watch.samples.baseline import Baseline
from latentop.engine.watch.samples.copies import Copies
from latentop.engine.watch.samples.features import Features
from latentop.engine.watch.samples.reading import MEASURES

REFERENCES, SAMPLES = 1024, 512
DRAWS, READINGS = 100, 8
REAL_DRAWS = 40
"""Batches of real images that the chance in the share of copies is taken from."""
LETTERS = dict(zip((*MEASURES, "copied"), ("c", "d", "t", "p", "D", "e", "k"), strict=True))
"""What a table calls coverage, density, duplicates (twins), precision, detail, effective, copied."""
TIMED = 7

Shares = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Of one data set in one kind of features.

    ``moved`` has for each failure the measure that it moves most, and by how many σ of one check. ``named``
    is the share of gone classes whose absence the class counter tells, ``counted`` how many classes it can
    judge. ``build`` is in seconds; ``mapping`` and ``check`` in milliseconds of one core, for ``samples``
    images: to turn these into points, and with all measures.
    """

    moved: dict[str, tuple[str, float]]
    named: float
    counted: int
    build: float
    mapping: float
    check: float
    samples: int


def sensitivity(data: Dataset, build: Callable[[Dataset], Map], seed: int) -> Sensitivity:
    """Measure; ``data.train`` is what features are taught on, ``data.test`` what samples are drawn from."""
    with repeatable():
        torch.manual_seed(seed)
        began = time.thread_time()
        found = build(data)
        built = time.thread_time() - began
        return _measured(data, found, built, seed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judge:
    """The watch's measures in one kind of features, and what real data reach in each."""

    map: Map
    baseline: Baseline
    copies: Copies
    modes: modes.Modes
    samples: int
    copied: tuple[float, float] = (0.0, 1.0)

    def read(self, images: Tensor) -> tuple[Shares, Tensor]:
        """By how many σ each measure of samples is off, in the order of LETTERS; and their points."""
        points, detail = _split(self.map, images)
        raw = self.baseline.raw(points, detail)
        known = zip(raw, self.baseline.mean, self.baseline.sigma, strict=True)
        off = [(value / mean - 1) / sigma if mean and sigma else 0.0 for value, mean, sigma in known]
        mean, deviation = self.copied
        return (*off, (self.copies.share(points) - mean) / deviation), points


@torch.no_grad()
def _measured(data: Dataset, found: Map, built: float, seed: int) -> Sensitivity:
    count = min(REFERENCES, len(data.test) // 3)
    references, images, labels = data.test[:count], data.test[count:], data.test_labels[count:]
    pool = Pool.of(images, labels, len(data.classes), data.train)
    samples = min(SAMPLES, int(0.5 * len(images)))
    source = torch.Generator().manual_seed(seed)
    judge = _judge(data, found, references, pool, samples, source)
    moved = {}
    for name, fail in FAILURES.items():
        rows = torch.tensor([judge.read(fail(pool, samples, source))[0] for _ in range(READINGS)])
        off = rows.double().mean(0)
        most = int(off.abs().argmax())
        moved[name] = tuple(LETTERS)[most], float(off[most])
    named = [one for _ in range(READINGS) for one in _named(judge, pool, source)]
    batch = sound(pool, samples, source)
    return Sensitivity(
        moved=moved,
        named=sum(named) / len(named) if named else float("nan"),
        counted=int(judge.modes.known(samples).sum()),
        build=built,
        mapping=_milliseconds(lambda: _split(found, batch)),
        check=_milliseconds(lambda: judge.modes.histogram(judge.read(batch)[1])),
        samples=samples,
    )


def _judge(
    data: Dataset, found: Map, references: Tensor, pool: Pool, samples: int, source: torch.Generator
) -> _Judge:
    known, _ = _split(found, references)
    points, detail = _split(found, pool.images)
    training, _ = _split(found, data.train)
    drawn = baseline.draw(known, points, detail, samples=samples, parts=1, draws=DRAWS, generator=source)
    made = next(one for one in drawn if one is not None)
    copies = Copies.among(training, known)
    real = torch.tensor(
        [
            copies.share(points[torch.randperm(len(points), generator=source)[:samples]])
            for _ in range(REAL_DRAWS)
        ]
    )
    least = 1 / samples
    return _Judge(
        map=found,
        baseline=made,
        copies=copies,
        modes=modes.learn(training, data.train_labels, points, pool.labels, data.classes),
        samples=samples,
        copied=(float(real.mean()), max(float(real.std()), least)),
    )


def _named(judge: _Judge, pool: Pool, source: torch.Generator) -> list[bool]:
    """Of some classes that are gone, and whose absence could be seen, whether it is."""
    gone = gone_classes(pool, 0.1, source)
    left = pool.images[~torch.isin(pool.labels, gone)]
    chosen = left[torch.randperm(len(left), generator=source)[: judge.samples]]
    presence = judge.modes.presence(judge.modes.histogram(_split(judge.map, chosen)[0]), len(chosen))
    names = [judge.modes.classes[label] for label in gone.tolist()]
    return [presence[name] < PRESENT for name in names if name in presence]


def _split(found: Map, images: Tensor) -> tuple[Tensor, Tensor]:
    """Points, and the detail that principal components leave out; 0 of other features, which leave none."""
    if isinstance(found, Features):
        return found.split(images)
    points = torch.cat([found(part) for part in images.split(SAMPLES)])
    return points, torch.zeros(len(points))


def _milliseconds(call: Callable[[], object]) -> float:
    """The processor time of a call: the least of some, for others may have the machine's caches."""
    spent = []
    for _ in range(TIMED):
        began = time.thread_time()
        call()
        spent.append(time.thread_time() - began)
    return 1000 * min(spent)
