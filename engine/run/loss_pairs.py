"""Which losses belong together: a generator's and its discriminator's; one training may have several."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Role = Literal["generator", "discriminator"]
ROLES: tuple[Role, Role] = ("generator", "discriminator")
GENERATOR, DISCRIMINATOR = "loss/generator", "loss/discriminator"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossPair:
    """The series of a generator's and a discriminator's loss.

    ``name`` tells the pair from others: empty where there is one, ``a`` of ``loss/generator-a``.
    """

    name: str
    generator: str
    discriminator: str


def pairs(names: Iterable[str]) -> tuple[LossPair, ...]:
    """The pairs among series, the plain one first, then by name; a loss whose other is missing is in none.

    The losses of two GANs in one training (CycleGAN) are ``loss/generator-a``, ``loss/discriminator-a``,
    ``loss/generator-b``, ``loss/discriminator-b``: a letter or a number behind the role. A generator and a
    discriminator that are named differently are a pair where nothing else is left for either.
    """
    known = list(names)
    generators, discriminators = ends = [
        {name.removeprefix(f"loss/{role}").removeprefix("-"): name for name in of_role}
        for role in ROLES
        for of_role in [[name for name in known if is_loss_of(name, role)]]
    ]
    both = sorted(generators.keys() & discriminators.keys())
    left = [sorted(one.keys() - set(both)) for one in ends]
    found = [(name, name) for name in both]
    if len(left[0]) == len(left[1]) == 1 and not both:
        found = [(left[0][0], left[1][0])]
    return tuple(
        LossPair(
            name=generator or discriminator,
            generator=generators[generator],
            discriminator=discriminators[discriminator],
        )
        for generator, discriminator in found
    )


def is_loss_of(name: str, role: Role) -> bool:
    """Whether a series is a role's loss, or that of one of several; not a part of it, such as ``-real``."""
    end = name.removeprefix(f"loss/{role}")
    return end != name and (not end or (len(end) == 2 and end[0] == "-" and end[1].isalnum()))
