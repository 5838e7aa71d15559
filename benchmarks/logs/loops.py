"""The twelve loops: what each trains on, with which losses, and in what its members differ."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MEMBERS = 16
"""Of a loop; every second one is tame, the others are wild."""
STEPS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """One loop. ``rate`` is the generator's usual one; ``leads`` how many times the discriminator's is that.

    Wild members draw both from ``wild_rate`` and ``wild_leads``, factors between which they lie. ``half``
    prints half of the discriminator's loss, as some programs do. ``penalty`` is the weight of R1, or of the
    gradient penalty of a critic; wild members have ``wild_penalty``.
    """

    name: str
    family: str
    data: Literal["ring", "grid", "images"]
    rate: float = 1e-3
    leads: float = 1.0
    wild_rate: tuple[float, float] = (0.3, 3.0)
    wild_leads: tuple[float, float] = (0.1, 10.0)
    beta1: float = 0.0
    wild_beta1: float = 0.5
    penalty: float = 0.0
    wild_penalty: float = 0.0
    half: bool = False
    normalised: bool = False
    spectral: bool = False

    def seed(self) -> int:
        """Of its random numbers."""
        return LOOPS.index(self)


@dataclass(frozen=True, slots=True)
class Settings:
    """Of all members: ``(members,)`` each."""

    rates: NDArray[np.float64]
    leads: NDArray[np.float64]
    beta1: NDArray[np.float64]
    penalties: NDArray[np.float64]


def settings(loop: Loop, members: int = MEMBERS) -> Settings:
    """What each member trains with; even ones are tame."""
    random = np.random.default_rng(1000 + loop.seed())
    wild = np.arange(members) % 2 == 1

    def between(factors: tuple[float, float]) -> NDArray[np.float64]:
        low, high = np.log(factors)
        return np.exp(random.uniform(low, high, members))

    tame_rate, tame_leads = between((0.6, 1.6)), between((0.8, 1.25))
    return Settings(
        rates=loop.rate * np.where(wild, between(loop.wild_rate), tame_rate),
        leads=loop.leads * np.where(wild, between(loop.wild_leads), tame_leads),
        beta1=np.where(wild, loop.wild_beta1, loop.beta1),
        penalties=np.where(wild, loop.wild_penalty, loop.penalty),
    )


LOOPS = (
    Loop(name="logistic-ring", family="non-saturating", data="ring", penalty=0.1, wild_rate=(1, 20)),
    Loop(
        name="logistic-images",
        family="non-saturating",
        data="images",
        rate=5e-4,
        penalty=1.0,
        wild_leads=(2, 40),
        wild_rate=(0.05, 2),
        normalised=True,
    ),
    Loop(
        name="logistic-half",
        family="non-saturating",
        data="images",
        rate=5e-4,
        penalty=1.0,
        half=True,
        wild_rate=(1, 20),
        wild_beta1=0.9,
    ),
    Loop(
        name="logistic-momentum",
        family="non-saturating",
        data="ring",
        rate=2e-3,
        penalty=0.1,
        wild_rate=(0.5, 10),
        wild_beta1=0.9,
    ),
    Loop(name="saturating-ring", family="saturating", data="ring", penalty=0.1, wild_rate=(0.02, 10)),
    Loop(
        name="saturating-images",
        family="saturating",
        data="images",
        rate=5e-4,
        penalty=1.0,
        wild_leads=(1, 30),
        wild_rate=(0.1, 5),
        normalised=True,
    ),
    Loop(name="hinge-ring", family="hinge", data="ring", penalty=0.1, wild_rate=(0.5, 20)),
    Loop(
        name="hinge-images",
        family="hinge",
        data="images",
        rate=5e-4,
        penalty=1.0,
        wild_leads=(1, 30),
        wild_rate=(0.05, 5),
        normalised=True,
    ),
    Loop(name="squares-ring", family="least squares", data="ring", penalty=0.1, wild_rate=(0.5, 20)),
    Loop(
        name="squares-images",
        family="least squares",
        data="images",
        rate=5e-4,
        penalty=0.3,
        wild_leads=(2, 40),
        wild_rate=(0.03, 2),
        normalised=True,
    ),
    Loop(name="critic-grid", family="wasserstein", data="grid", penalty=1.0, leads=3.0, wild_rate=(0.5, 10)),
    Loop(
        name="critic-images",
        family="wasserstein",
        data="images",
        rate=5e-4,
        penalty=10.0,
        leads=3.0,
        wild_leads=(0.3, 10),
        wild_rate=(0.1, 5),
        wild_penalty=0.01,
        normalised=True,
    ),
)
