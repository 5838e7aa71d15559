"""Images whose modes are known exactly: a shape, a colour and a place on grey ground, drawn by these lines.

A mode is one shape in one colour at one place; 8, 30 or 200 of them. Within a mode the exact place, the size,
the strength of the colour and the ground vary. ``MadeModes`` tells the mode of any image by the nearest of
the templates that it draws itself: in pixels, with nothing learned.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SIDE = 32
SHAPES = ("disc", "square", "cross", "ring", "triangle")
COLOURS = {
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "yellow": (1, 1, 0),
    "cyan": (0, 1, 1),
    "magenta": (1, 0, 1),
    "white": (1, 1, 1),
    "black": (0, 0, 0),
}
PLACES = {
    "upper left": (10, 10),
    "lower right": (22, 22),
    "upper right": (22, 10),
    "lower left": (10, 22),
    "middle": (16, 16),
}
"""Where the middle of a shape lies, on average: column and row, in pixels."""
KINDS = {8: (2, 2, 2), 30: (3, 5, 2), 200: (5, 8, 5)}
"""Of how many shapes, colours and places so many modes are made."""
AWAY, RADIUS = 1.5, (5.0, 6.5)
"""Pixels by which a shape is off its place each way, at most; half of its size, least and most."""
GROUND, GROUNDS, STRENGTH = 0.5, 0.04, (0.8, 1.0)
"""The ground's grey and how far it is off at most; how much of the way from grey to its colour a shape is."""
RAREST = 20
"""How many times as frequent as the rarest mode the most frequent one is, where they are long-tailed."""
STEPS, SIZES = (-1.0, 0.0, 1.0), (5.3, 6.2)
"""Pixels by which templates are off their place, each way; half of their sizes."""
UNLIKE = 0.4
"""A good image differs from its template by at most this share of what the shape makes of the ground."""

Floats = NDArray[np.float32]


def names(modes: int) -> tuple[str, ...]:
    """The name of each of so many modes. Raises KeyError for another number than those of ``KINDS``."""
    return tuple(f"{colour} {shape} {place}" for shape, colour, place in _combinations(modes))


def shares(modes: int, *, tail: bool) -> Tensor:
    """How much of all images each mode is: ``(modes,)`` float64; long-tailed, or even.

    A tail falls by the same factor from mode to mode, in an order that mixes shapes, colours and places.
    """
    if not tail:
        return torch.full((modes,), 1 / modes, dtype=torch.float64)
    ranks = torch.from_numpy(np.random.RandomState(0).permutation(modes))
    weights = float(RAREST) ** (-ranks.double() / (modes - 1))
    return weights / weights.sum()


def draw(modes: int, count: int, *, seed: int, tail: bool = False) -> tuple[Tensor, Tensor]:
    """Images ``(count, 3, SIDE, SIDE)`` in [0, 1], each of its own, and the mode ``(count,)`` of each."""
    random = np.random.RandomState(seed)  # whose stream NumPy has frozen (NEP 19)
    labels = random.choice(modes, count, p=shares(modes, tail=tail).numpy())
    known = _combinations(modes)
    images = _drawn(
        [known[label] for label in labels],
        away=random.uniform(-AWAY, AWAY, (count, 2)),
        radius=random.uniform(*RADIUS, count),
        strength=random.uniform(*STRENGTH, count),
        ground=random.uniform(GROUND - GROUNDS, GROUND + GROUNDS, count),
    )
    return torch.from_numpy(images), torch.from_numpy(labels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MadeModes:
    """Tells modes by templates ``(modes · 18, p)``, less their ground; ``expected`` are true shares."""

    templates: Tensor
    expected: Tensor

    @classmethod
    def of(cls, modes: int, *, tail: bool) -> "MadeModes":
        """Templates of so many modes: each at its place and a pixel off it each way, in two sizes."""
        kinds = list(product(STEPS, STEPS, SIZES))
        count = modes * len(kinds)
        images = _drawn(
            [one for one in _combinations(modes) for _ in kinds],
            away=np.array([(across, down) for across, down, _ in kinds] * modes),
            radius=np.array([size for *_, size in kinds] * modes),
            strength=np.full(count, np.mean(STRENGTH)),
            ground=np.full(count, GROUND),
        )
        return cls(templates=torch.from_numpy(images).flatten(1) - GROUND, expected=shares(modes, tail=tail))

    @torch.no_grad()
    def __call__(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """The mode ``(n,)`` of samples ``(n, 3, SIDE, SIDE)``, and whether each is a good one of it ``(n,)``.

        The ground of an image is the median of each channel, for no shape fills half of it.
        """
        flat = samples.flatten(2).float()
        flat = (flat - flat.median(2, keepdim=True).values).flatten(1)
        away = torch.cdist(flat, self.templates).square()
        nearest = away.argmin(1)
        most = UNLIKE * self.templates.square().sum(1)[nearest]
        good = away.gather(1, nearest[:, None]).squeeze(1) <= most
        return nearest // (len(STEPS) ** 2 * len(SIZES)), good


def _combinations(modes: int) -> list[tuple[str, str, str]]:
    shapes, colours, places = KINDS[modes]
    return list(product(SHAPES[:shapes], [*COLOURS][:colours], [*PLACES][:places]))


def _drawn(
    modes: list[tuple[str, str, str]],
    *,
    away: NDArray[np.float64],
    radius: NDArray[np.float64],
    strength: NDArray[np.float64],
    ground: NDArray[np.float64],
) -> Floats:
    places = np.array([PLACES[place] for _, _, place in modes], dtype=np.float64) + away
    colours = np.array([COLOURS[colour] for _, colour, _ in modes], dtype=np.float64)
    shapes = np.array([SHAPES.index(shape) for shape, _, _ in modes])
    pixels = np.arange(SIDE, dtype=np.float32) + 0.5
    columns = (pixels[None, None, :] - places[:, 0, None, None]).astype(np.float32)
    rows = (pixels[None, :, None] - places[:, 1, None, None]).astype(np.float32)
    sizes = radius[:, None, None].astype(np.float32)
    covers = np.empty((len(modes), SIDE, SIDE), dtype=np.float32)
    for number, shape in enumerate(SHAPES):
        those = shapes == number
        depth = _depth(shape, columns[those], rows[those], sizes[those])
        covers[those] = np.clip(depth + 0.5, 0, 1)
    painted = GROUND + strength[:, None] * (colours - GROUND)
    grey = ground[:, None, None, None].astype(np.float32)
    shown = painted[:, :, None, None].astype(np.float32)
    return grey + covers[:, None] * (shown - grey)


def _depth(shape: str, x: Floats, y: Floats, radius: Floats) -> Floats:
    """How deep a place lies inside the shape, in pixels; below 0 outside."""
    across, down = np.abs(x), np.abs(y)
    depth: Floats
    match shape:
        case "disc":
            depth = radius - np.hypot(x, y)
        case "square":
            depth = 0.85 * radius - np.maximum(across, down)
        case "cross":
            upright = np.minimum(0.35 * radius - across, radius - down)
            depth = np.maximum(upright, np.minimum(radius - across, 0.35 * radius - down))
        case "ring":
            depth = 0.25 * radius - np.abs(np.hypot(x, y) - 0.75 * radius)
        case _:
            depth = np.minimum(0.8 * radius - y, ((y + radius) / 2 - across) / np.float32(1.25**0.5))
    return depth
