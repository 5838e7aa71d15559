"""Train the members of a loop side by side, and keep what their program would have printed, and the truth."""

import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.logs import data
from benchmarks.logs.loops import MEMBERS, STEPS, Loop, settings
from benchmarks.logs.losses import FAMILIES
from benchmarks.logs.networks import Stack, StackedAdam
from benchmarks.logs.trace import Trace

BATCH = 32
LATENT = 8
WIDTH = 64
LOOK_STEPS = 200
"""Between two looks at the samples."""
SAMPLES = 512


def train(loop: Loop, steps: int = STEPS, members: int = MEMBERS) -> list[Trace]:
    """One trace for each member."""
    torch.manual_seed(loop.seed())
    random = torch.Generator().manual_seed(loop.seed())
    source, chosen = data.load(loop.data), settings(loop, members)
    generator = Stack(members, (LATENT, WIDTH, WIDTH, source.dimensions), random, normalised=loop.normalised)
    discriminator = Stack(members, (source.dimensions, WIDTH, WIDTH, 1), random, spectral=loop.spectral)
    rates, leads = torch.tensor(chosen.rates).float(), torch.tensor(chosen.leads).float()
    beta1, penalties = torch.tensor(chosen.beta1).float(), torch.tensor(chosen.penalties).float()
    descend_g = StackedAdam(parameters=generator.parameters, rates=rates, beta1=beta1)
    descend_d = StackedAdam(parameters=discriminator.parameters, rates=rates * leads, beta1=beta1)
    family = FAMILIES[loop.family]

    def codings(count: int) -> Tensor:
        return torch.randn(members, count, LATENT, generator=random)

    def fakes(count: int) -> Tensor:
        made = generator(codings(count))
        return made.tanh() if loop.data == "images" else made

    printed = {name: np.zeros((members, steps), np.float32) for name in ("d", "g", "real", "fake", "right")}
    looks: list[NDArray[np.float64]] = []
    began = time.perf_counter()
    for step in range(steps):
        real = torch.stack([source.draw(BATCH, random) for _ in range(members)])
        with torch.no_grad():
            fake = fakes(BATCH)
        of_real, of_fake = discriminator(real), discriminator(fake)
        loss_d = family.discriminator(of_real, of_fake)
        bound = penalties * _penalty(loop, discriminator, real, fake, random)
        descend_d.step((loss_d + bound).sum())
        loss_g = family.generator(discriminator(fakes(BATCH)))
        descend_g.step(loss_g.sum())
        with torch.no_grad():
            printed["d"][:, step] = loss_d * (0.5 if loop.half else 1)
            printed["g"][:, step] = loss_g
            printed["real"][:, step] = of_real.sigmoid().mean((1, 2))
            printed["fake"][:, step] = of_fake.sigmoid().mean((1, 2))
            middle = 0.5 if loop.family == "least squares" else 0.0
            right = (of_real > middle).float().mean((1, 2)) + (of_fake < middle).float().mean((1, 2))
            printed["right"][:, step] = right / 2
        if (step + 1) % LOOK_STEPS == 0:
            with torch.no_grad():
                looks.append(_looked_at(fakes(SAMPLES), source))
    seconds = time.perf_counter() - began
    return [
        Trace(
            loop=loop.name,
            member=member,
            series={name: values[member].astype(np.float64) for name, values in printed.items()},
            coverage=np.array([look[member] for look in looks]),
            every=LOOK_STEPS,
            seconds=seconds / members,
        )
        for member in range(members)
    ]


def _penalty(loop: Loop, discriminator: Stack, real: Tensor, fake: Tensor, random: torch.Generator) -> Tensor:
    """R1 (Mescheder et al. 2018), or of a critic the gradient penalty (Gulrajani et al. 2017): (members,)."""
    if loop.family != "wasserstein":
        at = real.clone().requires_grad_()
    else:
        share = torch.rand(real.shape[0], real.shape[1], 1, generator=random)
        at = (share * real + (1 - share) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(at).sum(), at, create_graph=True)
    size = slope.square().sum(2)
    if loop.family != "wasserstein":
        return size.mean(1)
    return ((size + 1e-12).sqrt() - 1).square().mean(1)


def _looked_at(samples: Tensor, source: data.Data) -> NDArray[np.float64]:
    """The coverage of each member's samples (members, count, dimensions); NaN where they are not finite."""
    return np.array(
        [source.coverage(one) if bool(torch.isfinite(one).all()) else float("nan") for one in samples]
    )
