"""Penalties on the slope of a discriminator with respect to the samples that it judges."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from latentop.presets.objectives import AdversarialObjective, Logistic, Wasserstein

Judge = Callable[[Tensor], Tensor]
"""Samples ``(batch, …)`` to scores ``(batch / pack,)``."""


def slopes(judge: Judge, samples: Tensor) -> Tensor:
    """Gradient ``(batch / pack, -1)`` of each score with respect to its samples; it can be differentiated."""
    samples = samples.detach().requires_grad_(True)
    scores = judge(samples)
    (gradient,) = torch.autograd.grad(scores.sum(), samples, create_graph=True)
    slope: Tensor = gradient.reshape(len(scores), -1)
    return slope


def gradient_penalty(judge: Judge, real: Tensor, fake: Tensor) -> Tensor:
    """0-d, mean squared difference of the slope's length from 1, at random places between real and fake.

    Source: Gulrajani et al. 2017, arXiv 1704.00028, algorithm 1; one random place for each pair of samples.
    """
    share = torch.rand(len(real), *(1 for _ in real.shape[1:]), device=real.device)
    length = torch.linalg.vector_norm(slopes(judge, torch.lerp(real, fake, share)), dim=1)
    penalty: Tensor = (length - 1).square().mean()
    return penalty


def r1_penalty(judge: Judge, real: Tensor) -> Tensor:
    """0-d, half the mean squared length of the slope at real samples.

    Source: Mescheder et al. 2018, arXiv 1801.04406, equation 9, without its weight.
    """
    return slopes(judge, real).square().sum(1).mean() / 2


class Penalty(nn.Module):
    """An objective's penalty, weighted, every so many steps; a module, so that checkpoints keep its place.

    Where it is due every n steps only it weighs n times as much (Karras et al. 2020, arXiv 1912.04958,
    appendix B). Unlike there, Adam's learning rate and betas stay as they are set: the paper multiplies the
    rate by c = n / (n + 1) and takes the betas to the power of c. ``latest`` is its newest value without the
    weight, 0-d.
    """

    latest: Tensor

    def __init__(self, spec: AdversarialObjective) -> None:
        super().__init__()
        self._between = isinstance(spec, Wasserstein)
        self.weigh(spec)
        self.register_buffer("latest", torch.zeros(()))
        self.begin()

    def begin(self) -> None:
        """Be as before the first step."""
        self._step = 0
        self.latest.zero_()

    def weigh(self, spec: AdversarialObjective) -> None:
        """Weigh from now on as that objective says."""
        self._weight, self._every = 0.0, 1
        match spec:
            case Wasserstein():
                self._weight = spec.penalty
            case Logistic():
                self._weight, self._every = spec.r1, spec.r1_every

    @property
    def wanted(self) -> bool:
        """Whether there is a penalty at all."""
        return self._weight > 0

    def forward(self, judge: Judge, real: Tensor, fake: Tensor) -> Tensor | None:
        """What to add to the discriminator's loss in this step: 0-d, or None where nothing is due."""
        if not self.wanted:
            return None
        due = self._step % self._every == 0
        self._step += self._every > 1  # what is due at every step needs no count
        if not due:
            return None
        value = gradient_penalty(judge, real, fake) if self._between else r1_penalty(judge, real)
        self.latest.copy_(value.detach())
        return value * (self._weight * self._every)

    def get_extra_state(self) -> int:
        """The steps taken: it decides when the next penalty is due."""
        return self._step

    def set_extra_state(self, state: Any) -> None:
        """Go on from the steps of a checkpoint."""
        self._step = int(state)
