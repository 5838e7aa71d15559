"""What real images reach when they are measured like samples: the measure of everything else.

Absolute values of these measures mean little: even fresh real images cover only 93 % of the references.
So each is divided by what real images reach, and comes with the σ that a perfect generator would show.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from latentop.engine.watch.samples.neighbours import (
    K,
    covered,
    crowded,
    duplicates,
    inside,
    precision_within,
    squared_radii,
    vendi,
)

EFFECTIVE = 256
"""Samples among which the effective number is counted, at most: eigenvalues take the cube of it."""
AT_ONCE = 8
"""Batches that are measured before others get their turn."""

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """Reference images, and what other real images reach beside them.

    ``references`` ``(r, d)`` are features with their squared ``radii`` ``(r,)``; ``width`` is the median of
    these. ``mean`` and ``sigma`` have a value for each of ``reading.MEASURES``: what a batch of real images
    reaches, and the standard deviation of a perfect generator's batch, as a share of that.
    """

    references: Tensor
    radii: Tensor
    width: float
    mean: Values
    sigma: Values

    def raw(self, points: Tensor, detail: Tensor) -> Values:
        """Each measure of samples with features ``(n, d)`` and ``detail`` ``(n,)``, not yet relative."""
        return _measure(self.references, self.radii, self.width, points, detail)


def draw(
    references: Tensor,
    points: Tensor,
    detail: Tensor,
    *,
    samples: int,
    parts: int,
    draws: int,
    generator: torch.Generator,
) -> Iterator[Baseline | None]:
    """Measure ``draws`` batches of ``samples`` from real ``points`` ``(m, d)``; None until it is done.

    A batch is drawn without replacement, for a twin in it would look like a duplicate. Chance is then
    corrected for the finite pool (Cochran 1977, *Sampling Techniques*, section 2.6), for the ``parts`` that a
    reading averages, and for the error of the baseline itself.
    """
    radii = squared_radii(references)
    width = float(radii.median())
    rows = []
    for number in range(draws):
        drawn = torch.randperm(len(points), generator=generator)[:samples]
        rows.append(_measure(references, radii, width, points[drawn], detail[drawn]))
        if number % AT_ONCE == AT_ONCE - 1:
            yield None
    table = torch.tensor(rows, dtype=torch.float64)
    share = samples / len(points)
    chance = table.std(0) * math.sqrt((1 / parts + share) / (1 - share))
    mean = table.mean(0)
    yield Baseline(
        references=references,
        radii=radii,
        width=width,
        mean=tuple(mean.tolist()),
        sigma=tuple(torch.where(mean != 0, chance / mean, 0.0).tolist()),
    )


def _measure(references: Tensor, radii: Tensor, width: float, points: Tensor, detail: Tensor) -> Values:
    """The measures in the order of ``reading.MEASURES``: the one way for real images and samples alike."""
    within = inside(references, points, radii)
    batch = covered(within), crowded(within, K), precision_within(within, radii), detail.median()
    cover, crowd, precise, rest = torch.stack(batch).tolist()
    return cover, crowd, duplicates(points), precise, rest, vendi(points[:EFFECTIVE], width)
