"""How far samples are from real data as a whole: two distances between sets, and what real data keep of them.

Both are measured in the features of the watch, in place of Inception's, with the logarithm of the detail that
these leave out as one more. Features are scaled so that one of real data varies by 1 on average. So numbers
of one set of data can be compared with one another, and neither with published ones nor between sets.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from latentop.engine.linear_algebra import evenly, repeatable
from latentop.engine.watch.samples.reading import Own

NAMES = ("frechet", "kid")
"""Both fall as samples become like real data."""
REFERENCES = 1024
"""Real images that the kernel distance is measured to, at most; the other distance knows all of them."""
DRAWS = 32
AT_ONCE = 8
"""Batches of real data, and how many are measured before others get their turn."""
FAINT = 0.01
"""Of the median detail of real data: less counts as so much, for nothing has no logarithm."""
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quality:
    """Measures samples against real data of one kind.

    ``mean`` ``(d,)``, ``root`` ``(d, d)``, the square root of the covariance, and its ``trace`` are of all
    real data; ``references`` ``(r, d)`` are some, and ``alike`` is the mean of the kernel among them. ``own``
    has what other real data reach, for each of NAMES.
    """

    scale: float
    detail: tuple[float, float, float] | None
    """Of the logarithm: the least, mean and standard deviation; None where features leave out nothing."""
    mean: Tensor
    root: Tensor
    trace: float
    references: Tensor
    alike: float
    own: tuple[Own, ...] = ()

    @classmethod
    def of(cls, points: Tensor, detail: Tensor, *, whole: bool) -> "Quality":
        """Learn from real features ``(n, k)``, n at least 2, and their ``detail`` ``(n,)``, 0 or more."""
        scale = 1 / math.sqrt(max(float(points.double().var(0).mean()), SMALLEST))
        logarithm = None
        if not whole:
            least = max(FAINT * float(detail.median()), SMALLEST)
            known = detail.double().clamp(min=least).log()
            logarithm = math.log(least), float(known.mean()), max(float(known.std()), SMALLEST)
        features = _features(points, detail, scale, logarithm)
        exact = features.double()
        covariance = exact.T.cov()
        values, vectors = torch.linalg.eigh(covariance)
        references = features[evenly(len(features), REFERENCES)]
        return cls(
            scale=scale,
            detail=logarithm,
            mean=exact.mean(0),
            root=(vectors * values.clamp(min=0).sqrt()) @ vectors.T,
            trace=float(covariance.trace()),
            references=references,
            alike=_among(references),
        )

    def measure(self, points: Tensor, detail: Tensor) -> tuple[float, float]:
        """Both distances of samples ``(n, k)`` with ``detail`` ``(n,)``, n at least 2, as NAMES has them."""
        features = _features(points, detail, self.scale, self.detail)
        return self._frechet(features.double()), self._kernel(features)

    def _frechet(self, features: Tensor) -> float:
        """Fréchet distance of the two normal distributions, over the number of features: 0 or more.

        Fewer samples read higher, for their covariance is less sure. Source: Heusel et al. 2017, arXiv
        1706.08500, section 3.
        """
        covariance = features.T.cov()
        shared = torch.linalg.eigvalsh(self.root @ covariance @ self.root).clamp(min=0).sqrt().sum()
        apart = (features.mean(0) - self.mean).square().sum()
        total = apart + covariance.trace() + self.trace - 2 * shared
        return max(0.0, float(total)) / len(self.mean)

    def _kernel(self, features: Tensor) -> float:
        """Kernel distance, without bias: about 0 for real data, also a little below.

        The squared maximum mean discrepancy with the kernel (x·y / d + 1)³: Bińkowski et al. 2018, arXiv
        1801.01401, section 4.
        """
        between = float(_likeness(features, self.references).mean(dtype=torch.float64))
        return _among(features) + self.alike - 2 * between


def learned(
    points: Tensor,
    detail: Tensor,
    sides: Sequence[tuple[Tensor, Tensor]],
    *,
    whole: bool,
    samples: int,
    parts: int,
    generator: torch.Generator,
) -> Iterator[tuple[Quality, ...] | None]:
    """Learn from real features ``(n, k)`` and their ``detail`` ``(n,)``: None until it is done.

    Each of the ``sides`` has places to learn from, and those of other real data, of which batches of so many
    ``samples`` are measured. A reading is the mean over ``parts`` batches; σ is as that of a baseline.
    """
    found = []
    for places, others in sides:
        with repeatable():
            known = Quality.of(points[places], detail[places], whole=whole)
        yield None
        rows = []
        for number in range(DRAWS):
            drawn = others[torch.randperm(len(others), generator=generator)[:samples]]
            with repeatable():
                rows.append(known.measure(points[drawn], detail[drawn]))
            if number % AT_ONCE == AT_ONCE - 1:
                yield None
        table = torch.tensor(rows, dtype=torch.float64)
        share = samples / len(others)
        sigma = table.std(0) * math.sqrt((1 / parts + share) / (1 - share))
        reached = zip(table.mean(0).tolist(), sigma.tolist(), strict=True)
        found.append(replace(known, own=tuple(Own(value=value, sigma=chance) for value, chance in reached)))
    yield tuple(found)


def mean_of(owns: Sequence[tuple[Own, ...]]) -> tuple[Own, ...]:
    """The mean of what several reach, measure by measure; σ is not taken to be smaller for that."""
    return tuple(
        Own(
            value=sum(one.value for one in column) / len(column),
            sigma=sum(one.sigma for one in column) / len(column),
        )
        for column in zip(*owns, strict=True)
    )


def _features(
    points: Tensor, detail: Tensor, scale: float, logarithm: tuple[float, float, float] | None
) -> Tensor:
    """Scaled features ``(n, d)``, the detail as the last of them."""
    scaled = points * scale
    if logarithm is None:
        return scaled
    least, mean, sd = logarithm
    rest = (detail.clamp(min=SMALLEST).log().clamp(min=least) - mean) / sd
    return torch.cat([scaled, rest.unsqueeze(1).to(scaled.dtype)], 1)


def _likeness(a: Tensor, b: Tensor) -> Tensor:
    return (a @ b.T).div_(a.shape[1]).add_(1).pow_(3)


def _among(features: Tensor) -> float:
    """The mean of the kernel over pairs of different points."""
    count = len(features)
    itself = features.double().square().sum(1).div(features.shape[1]).add(1).pow(3).sum()
    whole = _likeness(features, features).sum(dtype=torch.float64)
    return float(whole - itself) / (count * (count - 1))
