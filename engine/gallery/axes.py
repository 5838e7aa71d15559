"""The geometry of planes: principal axes of data, the angle between planes, turning one map onto another."""

import math

import torch
from torch import Tensor


def precise(data: Tensor) -> Tensor:
    """The same numbers as float64 on the CPU, for not every device has double precision."""
    return data.cpu().double()


def principal_axes(data: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The mean ``(d,)`` of data ``(n, d)`` and its first principal axes, orthonormal ``(d, count)``.

    Each axis points to where its largest coordinate is positive, so that it does not flip by chance. Both are
    float64 on the CPU, wherever the data are: MPS has no double precision.
    """
    mean = precise(data).mean(0)
    covariance = torch.zeros(data.shape[1], data.shape[1], dtype=torch.float64)
    for part in data.split(4096):
        centred = precise(part) - mean
        covariance += centred.T @ centred
    _, vectors = torch.linalg.eigh(covariance)
    axes = vectors.flip(1)[:, :count]
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    return mean, axes * largest.sign()


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
    left, _, right = torch.linalg.svd(points.T @ others)
    turned: Tensor = points @ left @ right
    return turned
