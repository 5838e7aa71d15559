"""Points drawn from distributions that are known exactly: the same draw in every run and on every device.

Labels are modes. Each mode gets as many points as the others, give or take one, in a random order.
"""

import math
from itertools import product

import torch
from torch import Tensor

from latentop.engine.data.dataset import Dataset, Mixture
from latentop.presets.data import Grid, Plane3D, Ring, Zero

SEED = 1712_04086
TEST_POINTS = 10_000
"""Points of a mixture that training never sees: drawn anew, as a known distribution never runs out."""
ZEROS = 1024
"""Copies of the only point there is, so that batches of any usual size can be drawn."""


def ring(spec: Ring, device: torch.device) -> Dataset:
    """Gaussians at equal distances on a circle around zero, the first at 0°, counter-clockwise.

    Source: Lin, Khetan, Fanti and Oh 2018, "PacGAN", arXiv:1712.04086, section 4.1, "2D-ring".
    """
    # Whole fractions of a turn, not linspace to a full one: that would put two modes at 0°.
    angles = torch.arange(spec.modes, dtype=torch.float64) * (2 * math.pi / spec.modes)
    centres = spec.radius * torch.stack([angles.cos(), angles.sin()], dim=1)
    classes = tuple(f"{360 * mode / spec.modes:g}°" for mode in range(spec.modes))
    return _mixture(spec.tag, centres, spec.sd, spec.points, classes, device)


def grid(spec: Grid, device: torch.device) -> Dataset:
    """Gaussians on a square grid around zero, row by row from the lower left. Source: as above, "2D-grid"."""
    places = [(step - (spec.side - 1) / 2) * spec.spacing for step in range(spec.side)]
    centres = [(x, y) for y, x in product(places, places)]
    classes = tuple(f"({x:g}, {y:g})" for x, y in centres)
    return _mixture(
        spec.tag, torch.tensor(centres, dtype=torch.float64), spec.sd, spec.points, classes, device
    )


def plane_3d(spec: Plane3D, device: torch.device) -> Dataset:
    """Points `(count, 3)` along a noisy arc in a tilted plane; the training points have mean zero.

    Training and test set have the same size, and the same shift. A data set of the kind that Géron 2022,
    chapter 17, projects to 2-D with a linear autoencoder; not the same numbers.
    """
    train, test = (_arc(spec.points, _generator(part)) for part in range(2))
    mean = train.mean(0)
    none = torch.zeros(spec.points, dtype=torch.int64, device=device)
    return Dataset(
        name=spec.tag,
        source="drawn with a fixed seed",
        classes=("points",),
        train=_single(train - mean, device),
        train_labels=none,
        test=_single(test - mean, device),
        test_labels=none,
    )


def zero(spec: Zero, device: torch.device) -> Dataset:
    """The point 0 on a line, `(count, 1)`: all the data of the Dirac-GAN.

    Source: Mescheder, Geiger and Nowozin 2018, arXiv:1801.04406, definition 2.1.
    """
    points = torch.zeros(ZEROS, 1, device=device)
    labels = torch.zeros(ZEROS, dtype=torch.int64, device=device)
    return Dataset(
        name=spec.tag,
        source="one point",
        classes=("zero",),
        train=points,
        train_labels=labels,
        test=points,
        test_labels=labels,
    )


def _mixture(
    name: str, centres: Tensor, sd: float, points: int, classes: tuple[str, ...], device: torch.device
) -> Dataset:
    parts = []
    for part, count in enumerate((points, TEST_POINTS)):
        generator = _generator(part)
        labels = torch.randperm(count, generator=generator) % len(centres)
        noise = torch.randn(count, 2, dtype=torch.float64, generator=generator)
        parts.append((_single(centres[labels] + sd * noise, device), labels.to(device)))
    (train, train_labels), (test, test_labels) = parts
    return Dataset(
        name=name,
        source="drawn with a fixed seed",
        classes=classes,
        train=train,
        train_labels=train_labels,
        test=test,
        test_labels=test_labels,
        mixture=Mixture(centres=_single(centres, device), sd=sd),
    )


def _arc(count: int, generator: torch.Generator) -> Tensor:
    """Points `(count, 3)`: three quarters of an ellipse in a plane through zero, with noise in and off it."""
    turn = 2 * math.pi * (0.1 + 0.75 * torch.rand(count, dtype=torch.float64, generator=generator))
    noise = torch.randn(count, 3, dtype=torch.float64, generator=generator)
    along = torch.stack([turn.cos(), 0.5 * turn.sin(), torch.zeros_like(turn)], dim=1)
    points: Tensor = (along + noise * torch.tensor([0.1, 0.1, 0.05], dtype=torch.float64)) @ _TILT
    return points


_TILT = torch.tensor([[2, 2, 1], [-2, 1, 2], [1, -2, 2]], dtype=torch.float64) / 3
"""An orthogonal matrix: its rows are the two axes of the plane, and what is normal to it."""


def _single(points: Tensor, device: torch.device) -> Tensor:
    return points.to(torch.float32).to(device)


def _generator(part: int) -> torch.Generator:
    """For the training (0) or the test part (1); on the host, so that devices agree."""
    return torch.Generator().manual_seed(SEED + part)
