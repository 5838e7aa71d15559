"""Distances as measures of diversity: pure functions of features ``(n, d)``.

``real`` and ``fake`` are points in the same features, on the same device. A further measure is one more
function here and one more field of ``engine.watch.diversity.Reading``.
"""

import torch
from torch import Tensor

K = 6
"""Neighbours that make a ball: the best of 3 to 10 at telling a lost class with 512 samples of 1024."""

_ROWS = 1024
SMALLEST = 1e-12


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances ``(n, m)`` between points ``(n, d)`` and ``(m, d)``, 0 or more."""
    if a.is_cuda and a.dtype == torch.float32:  # which it multiplies in TF32: too coarse for a difference
        return squared_distances(a.double(), b.double()).float()
    inner = torch.addmm(b.square().sum(1), a, b.T, alpha=-2)
    return inner.add_(a.square().sum(1, keepdim=True)).clamp_(min=0)


def squared_radii(real: Tensor, k: int = K) -> Tensor:
    """Squared distance ``(n,)`` of every real point to its k-th neighbour among the others.

    Raises ValueError unless there are more than k points.
    """
    if len(real) <= k:
        raise ValueError(f"{len(real)} points have no {k}-th neighbour")
    distances = squared_distances(real, real).fill_diagonal_(torch.inf)
    return distances.topk(k, largest=False).values[:, -1]


def inside(real: Tensor, fake: Tensor, radii: Tensor) -> Tensor:
    """Whether each sample lies in each real point's ball: bool ``(fake, real)``."""
    return squared_distances(fake, real) <= radii


def covered(within: Tensor) -> Tensor:
    """Share of balls that hold a sample, 0-d in [0, 1]; ``within`` as from ``inside``."""
    return _any(within, 0).float().mean()


def crowded(within: Tensor, k: int) -> Tensor:
    """Mean number of balls around a sample, over k: 0-d, 0 or more."""
    return within.sum(1).float().mean() / k


def typical(within: Tensor, radii: Tensor) -> Tensor:
    """Share of samples in a ball no larger than the median ball, 0-d in [0, 1]."""
    return _any(within & (radii <= radii.median()), 1).float().mean()


def coverage(real: Tensor, fake: Tensor, k: int = K) -> float:
    """Share of real points whose k-ball holds a sample: in [0, 1], falls when modes are lost.

    Even real data stays below 1, so read it relative to real data at the same sizes. Source: Naeem et al.
    2020 (arXiv 2002.09797), section 3.2.
    """
    return float(covered(inside(real, fake, squared_radii(real, k))))


def density(real: Tensor, fake: Tensor, k: int = K) -> float:
    """Mean number of real k-balls around a sample, over k: about 1 for real data, above it in crowds.

    Not a measure of quality alone: balls of outliers are huge, so that a flat grey image scores about 0.5
    and a blurred one 1.5 on Fashion-MNIST. Source: Naeem et al. 2020 (arXiv 2002.09797), section 3.1.
    """
    return float(crowded(inside(real, fake, squared_radii(real, k)), k))


def precision(real: Tensor, fake: Tensor, k: int = K) -> float:
    """Share of samples inside the k-ball of a typical real point: in [0, 1], falls when samples are bad.

    Balls larger than the median are left out, since those of outliers reach everywhere. Source:
    Kynkäänniemi et al. 2019 (arXiv 1904.06991), section 3, with the pruning of section 5.
    """
    radii = squared_radii(real, k)
    return float(typical(inside(real, fake, radii), radii))


def duplicates(fake: Tensor) -> float:
    """Median distance of a sample to its nearest other sample, in feature units, 0 or more.

    Small is bad: 0 says that at least half of the samples have a twin. Raises ValueError for fewer than 2.
    """
    if len(fake) < 2:
        raise ValueError("one sample has no neighbour")
    nearest = []
    for start in range(0, len(fake), _ROWS):
        distances = squared_distances(fake[start : start + _ROWS], fake)
        distances.diagonal(start).fill_(torch.inf)
        nearest.append(distances.min(1).values)
    return float(torch.cat(nearest).median().sqrt())


def copied(fake: Tensor, training: Tensor, held_out: Tensor) -> float:
    """Share of samples that are near copies of training images, beyond what chance gives: -1 to 1, 0 is best.

    A sample counts for ``training`` where its nearest neighbour there is less than half as far as the one in
    ``held_out``, and against it the other way round: both hold as many points, of the same kind, so that a
    generator that learned by heart alone is nearer to one of them. After the tests for copying data of Meehan
    et al. 2020 (arXiv 2004.05675), section 3, which compare the same two distances.
    """
    seen = squared_distances(fake, training).amin(1)
    unseen = squared_distances(fake, held_out).amin(1)
    return float((seen < unseen / 4).float().mean() - (unseen < seen / 4).float().mean())


def vendi(points: Tensor, width: float) -> float:
    """How many points, all unlike one another, would be as diverse as these: from 1 (all alike) to n.

    The exponential of the entropy of the eigenvalues of K / n, where K is the Gaussian kernel whose likeness
    falls to exp(-1/2) at the squared distance ``width``. It grows with n, so compare equal numbers only.
    Source: Friedman and Dieng 2022, The Vendi score (arXiv 2210.02410), definition 3.1.
    """
    likeness = squared_distances(points, points).mul_(-0.5 / max(width, SMALLEST)).exp_().nan_to_num_(0.0)
    likeness.fill_diagonal_(1.0)  # distances are rounded, and with a small width that counts
    strengths = torch.linalg.eigvalsh(likeness / len(points)).clamp(min=0)
    return float(torch.special.xlogy(strengths, strengths).sum().neg().exp())


def _any(within: Tensor, dim: int) -> Tensor:
    """As ``within.any(dim)``, ten times as fast: torch reduces bytes in bulk, and truths one by one."""
    return within.view(torch.uint8).amax(dim)
