"""Which family a pair of losses is of, told from its numbers, and what its discriminator's loss means.

Losses begin where the discriminator can't tell yet: the logistic ones near 2 ln 2 (each half near ln 2), the
hinge near 2, least squares near 1 or a half; a critic's is signed. Sources: Goodfellow et al. 2014 (arXiv
1406.2661), Lim and Ye 2017 (1705.02894), Mao et al. 2017 (1611.04076), Arjovsky et al. 2017 (1701.07875).
"""

from dataclasses import dataclass, replace
from math import log
from typing import Literal

import numpy as np

from latentop.engine.external.loss_rules.course import Course

Kind = Literal["logistic", "saturating", "hinge", "least squares", "critic"]

YOUNG_STEPS = 1000
"""A log that begins before this step begins with its training."""
MOST_SQUARE = 2.5
"""A generator's loss above it is no square of a distance to a label."""
SIGNED = 0.02
"""Of a loss's size: as far below zero, and as often as this, a loss is signed."""


BEGINNINGS: tuple[tuple[Kind, tuple[float, float], tuple[float, float], float], ...] = (
    ("logistic", (1.1, 1.7), (0.4, 3.0), 2 * log(2)),
    ("logistic", (0.62, 0.76), (0.55, 0.85), log(2)),
    ("least squares", (0.4, 0.6), (0.6, 1.3), 0.5),
    ("saturating", (1.1, 1.7), (-1.2, -0.2), 2 * log(2)),
    ("saturating", (0.6, 0.8), (-1.2, -0.2), log(2)),
    ("hinge", (1.5, 2.5), (-1.0, 1.0), 2.0),
    ("hinge", (0.8, 1.2), (-1.0, 1.0), 1.0),
)
"""Of families: between which levels a discriminator's loss begins, and a generator's; what guessing costs."""


HALVES = frozenset({log(2), 1.0, 0.5})
"""What guessing costs where it is so little that a whole logistic loss falls through it: such losses are told
from a training's first step alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """``guessing`` is the discriminator's loss where it can't tell real from fake; None for a critic's.

    ``sure`` says that the losses begin as this family's do. ``first`` are the levels at which they begin,
    the generator's and the discriminator's; None where the log begins later.
    """

    kind: Kind
    guessing: float | None
    sure: bool = False
    first: tuple[float, float] | None = None

    @property
    def told(self) -> str:
        """In a sentence."""
        return f"{self.kind} losses" if self.sure else f"{self.kind} losses, as far as can be told"

    def answers(self, generator: float) -> bool:
        """Whether a generator's loss is what it must be beside a discriminator that is always right."""
        match self.kind:
            case "logistic":  # minus the logarithm of what the discriminator gives to fakes
                return generator > 2
            case "saturating":
                return abs(generator) < 0.2
            case "hinge":  # minus the fakes' score, which is below -1
                return generator > 0.8
            case _:
                return self.guessing is not None and generator > 1.2 * self.guessing


def family_of(generator: Course, discriminator: Course, steps_a_count: int = 1) -> Family:
    """The family of a pair of losses, from their first values where the log has them, and their signs.

    A step of the log stands for so many steps of training.
    """
    if _is_signed(discriminator):
        return Family(kind="critic", guessing=None)
    if discriminator.first * steps_a_count >= YOUNG_STEPS:
        return _by_signs(generator, discriminator)
    first_g, first_d = float(np.median(generator.head)), float(np.median(discriminator.head))
    found = _by_signs(generator, discriminator)
    for kind, (low, high), (least, most), guessing in BEGINNINGS:
        may_be = kind == found.kind or {kind, found.kind} == {"logistic", "least squares"}
        if guessing in HALVES and (discriminator.first > 1 or steps_a_count > 1):
            continue
        if may_be and low < first_d < high and least < first_g < most:
            return Family(kind=kind, guessing=guessing, sure=True, first=(first_g, first_d))
    return replace(found, first=(first_g, first_d))


def _by_signs(generator: Course, discriminator: Course) -> Family:
    """The likeliest family of losses of these signs and sizes, of a discriminator's that is not signed."""
    if generator.high.max() <= 0:
        return Family(kind="saturating", guessing=2 * log(2))
    if _is_signed(generator):
        return Family(kind="hinge", guessing=2.0)
    if float(generator.levels.max()) > MOST_SQUARE:
        return Family(kind="logistic", guessing=2 * log(2))
    return Family(kind="least squares", guessing=0.5 if float(discriminator.levels.max()) > 0.4 else 0.25)


def _is_signed(course: Course) -> bool:
    """Whether a loss lies below zero by more than a little, and more than once in a while."""
    size = float(np.median(np.abs(course.levels)))
    below = course.levels < -max(SIGNED * size, 1e-6)
    return bool(below.mean() > SIGNED)
