"""The Dirac-GAN: one number against one number (Mescheder et al. 2018, arXiv 1801.04406, definition 2.1).

The data are a single point at zero. The generator is where it puts its own point, the discriminator the slope
of a line through zero. It is the smallest GAN, and without regularisation it never settles.
"""

import torch
from torch import Tensor, nn

from latentop.presets.networks import DiracDiscriminator, DiracGenerator


class Generator(nn.Module):
    """Any codings ``(batch, …)`` to the same point ``(batch, 1)``."""

    def __init__(self, spec: DiracGenerator) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.tensor(spec.start))

    def forward(self, codings: Tensor) -> Tensor:
        """The point, once for each row of codings."""
        return self.place.expand(len(codings), 1)


class Discriminator(nn.Module):
    """Points ``(batch, 1)`` to logits ``(batch,)``: the slope times the point."""

    def __init__(self, spec: DiracDiscriminator) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(spec.start))

    def forward(self, points: Tensor) -> Tensor:
        """One logit for each point."""
        return (self.slope * points).flatten()
