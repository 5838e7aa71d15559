"""Small linear algebra that gives the same numbers every time: principal components, planes, rotations."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

EXACT = 1024
"""The width of data up to which principal components are exact."""
PART = 10_000
"""Rows that are looked at together in double precision."""
SKETCHED_ON, SKETCHED_BYTES = 2048, 2**28
"""Rows that the components of wider data are taken from, and what these may take in single precision."""
HIGHEST, WHOLE = "highest", "ieee"
"""All digits of float32, in torch's older setting and in its newer ones."""
SPARE, ROUNDS = 16, 3
"""Directions beside the components that are looked for, and rounds of power iteration."""


@contextmanager
def repeatable() -> Iterator[None]:
    """Small linear algebra on one CPU thread, in full precision; what was set before is put back.

    A reading of 512 samples takes 6 ms on one thread, and 270 ms on two where the machine is busy: short
    products wait for each other's threads. One thread also sums in one order, so that results repeat.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with full_precision():
            yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def full_precision() -> Iterator[None]:
    """Products in float32 to the last digit, where training has CUDA, or the processor, multiply in fewer."""
    try:
        before = torch.get_float32_matmul_precision()
    except RuntimeError:  # a script has chosen it by torch's newer settings, beside which the old ones raise
        before = HIGHEST
    backends: Any = torch.backends
    with to_the_last_digit(backends.cuda.matmul, backends.mkldnn.matmul):  # the older one changes these, too
        if before != HIGHEST:
            torch.set_float32_matmul_precision(HIGHEST)
        try:
            yield
        finally:
            if before != HIGHEST:
                torch.set_float32_matmul_precision(before)


@contextmanager
def to_the_last_digit(*places: Any) -> Iterator[None]:
    """Meanwhile float32 is whole in these places, parts of ``torch.backends`` with an ``fp32_precision``.

    What is so already stays untouched. Others have a value of their own afterwards where they had one from
    the place above, for torch does not tell which is which.
    """
    before = [(place, place.fp32_precision) for place in places if place.fp32_precision != WHOLE]
    try:
        for place, _ in before:
            place.fp32_precision = WHOLE
        yield
    finally:
        for place, precision in before:
            place.fp32_precision = precision


def precise(data: Tensor) -> Tensor:
    """The same numbers as float64 on the CPU, for not every device has double precision."""
    return data.cpu().double()


def principal_components(data: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The mean ``(d,)`` of data ``(n, d)`` and its first principal components, orthonormal ``(d, count)``."""
    *_, found = in_pieces(data, count)
    assert found is not None
    return found


@torch.no_grad()
def in_pieces(data: Tensor, count: int) -> Iterator[tuple[Tensor, Tensor] | None]:
    """The same in pieces of a fraction of a second: None after each, then mean and components.

    Up to d = EXACT: eigenvectors of the covariance, or of the Gram matrix where rows are fewer than columns
    (Pearson 1901). The covariance of wider data would take minutes and gigabytes: there a randomised subspace
    iteration (Halko et al. 2011, arXiv 0909.4061, algorithm 4.4) finds the components of SKETCHED_ON rows at
    most, evenly spread, to less than a degree unless two variances are nearly the same.

    The same data give the same components: what is drawn at random comes from a generator of its own, and
    each component points to where its largest coordinate is positive. Both are float64 on the CPU, wherever
    the data are. Raises ValueError for values that are not finite.
    """
    mean, vectors = yield from (_exact if data.shape[1] <= EXACT else _sketched)(data, count)
    largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
    yield mean.double(), vectors * torch.where(largest < 0, -1.0, 1.0)


def _exact(data: Tensor, count: int) -> Generator[None, None, tuple[Tensor, Tensor]]:
    mean = torch.stack([precise(part).sum(0) for part in data.split(PART)]).sum(0) / len(data)
    _refuse(mean)
    yield
    if count < len(data) < data.shape[1]:
        centred = precise(data) - mean
        with repeatable():
            vectors = _leading(centred @ centred.T, count)
        return mean, torch.nn.functional.normalize(centred.T @ vectors, dim=0)
    covariance = torch.zeros(data.shape[1], data.shape[1], dtype=torch.float64)
    for part in data.split(PART):
        centred = precise(part) - mean
        covariance += centred.T @ centred
    with repeatable():
        return mean, _leading(covariance, count)


def _sketched(data: Tensor, count: int) -> Generator[None, None, tuple[Tensor, Tensor]]:
    width = data.shape[1]
    most = min(SKETCHED_ON, max(2, SKETCHED_BYTES // (4 * width)))
    rows = data[evenly(len(data), most).to(data.device)].cpu().float()
    mean = rows.mean(0)
    _refuse(mean)
    yield
    rows -= mean
    private = torch.Generator().manual_seed(0)
    basis = torch.randn(width, min(count + SPARE, width), generator=private, dtype=torch.float32)
    for _ in range(ROUNDS):
        yield
        sketch = rows @ basis
        yield
        basis = torch.linalg.qr(rows.T @ sketch).Q
    yield
    sketch = rows @ basis
    return mean, basis.double() @ _leading((sketch.T @ sketch).double(), count)


def _refuse(mean: Tensor) -> None:
    """Raise ValueError where the mean shows that some of the data are not finite."""
    if not bool(mean.isfinite().all()):
        raise ValueError("data hold values that are not finite")


def _leading(symmetric: Tensor, count: int) -> Tensor:
    """Eigenvectors ``(k, count)`` of a matrix ``(k, k)``, largest eigenvalue first."""
    vectors: Tensor = torch.linalg.eigh(symmetric).eigenvectors
    return vectors[:, -count:].flip(1)


def evenly(count: int, most: int) -> Tensor:
    """The places of up to ``most`` of so many rows, evenly spread."""
    return torch.linspace(0, count - 1, min(count, most), dtype=torch.float32).round().long()


def largest_angle(one: Tensor, other: Tensor) -> float:
    """The largest principal angle, in degrees, between the spans of the columns of two ``(d, k)``.

    Björck and Golub 1973: QR of both, then a singular value decomposition, of the sine, which is exact for
    small angles where a cosine is not.
    """
    first, _ = torch.linalg.qr(precise(one))
    second, _ = torch.linalg.qr(precise(other))
    beyond = second - first @ (first.T @ second)
    sine = float(torch.linalg.svdvals(beyond).max())
    return math.degrees(math.asin(min(1.0, sine)))


def turned_onto(points: Tensor, others: Tensor) -> Tensor:
    """Points ``(n, 2)``, both sets centred, turned and mirrored to lie as near to the others as they can.

    Orthogonal Procrustes: Schönemann 1966. Distances among the points stay as they are.
    """
    with repeatable():
        left, _, right = torch.linalg.svd(points.T @ others)
    turned: Tensor = points @ left @ right
    return turned
