"""Networks for points: Lin et al. 2018, PacGAN, arXiv 1712.04086, section 4.1 and appendix.

The generator is dense with ReLU and batch normalisation, linear at its output; the discriminator is of
maxout units (Goodfellow et al. 2013, arXiv 1302.4389). Weights are from N(0, 0.02).
"""

from itertools import pairwise

from torch import Tensor, nn

from latentop.engine.models.packing import packed
from latentop.presets.networks import PointDiscriminator, PointGenerator


class Generator(nn.Module):
    """Codings ``(batch, latent_dim)`` to points ``(batch, dimensions)``, in the data's own units."""

    def __init__(self, spec: PointGenerator, dimensions: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise([spec.latent_dim, *spec.hidden]):
            normalised = spec.normalisation == "batch"
            layers += [nn.Linear(inputs, outputs, bias=not normalised)]
            layers += [nn.BatchNorm1d(outputs), nn.ReLU()] if normalised else [nn.ReLU()]
        last = nn.Linear([spec.latent_dim, *spec.hidden][-1], dimensions)
        self.layers = nn.Sequential(*layers, last)
        self.apply(_initialise if spec.normalisation == "batch" else _initialise_by_width)

    def forward(self, codings: Tensor) -> Tensor:
        """One point for each row of codings."""
        points: Tensor = self.layers(codings)
        return points


class Discriminator(nn.Module):
    """Points ``(batch, dimensions)`` to logits ``(batch / pack,)``: real where positive."""

    def __init__(self, spec: PointDiscriminator, dimensions: int) -> None:
        super().__init__()
        self._pack = spec.pack
        sizes = [dimensions * spec.pack, *spec.hidden]
        maxouts = [Maxout(inputs, outputs, spec.pieces) for inputs, outputs in pairwise(sizes)]
        self.layers = nn.Sequential(*maxouts, nn.Linear(sizes[-1], 1))
        self.apply(_initialise)

    def forward(self, points: Tensor) -> Tensor:
        """One logit for each pack of points."""
        logits: Tensor = self.layers(packed(points, self._pack))
        return logits.flatten()


class Maxout(nn.Module):
    """The largest of ``pieces`` linear functions: ``(batch, inputs)`` to ``(batch, outputs)``."""

    def __init__(self, inputs: int, outputs: int, pieces: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs * pieces)
        self._pieces = pieces

    def forward(self, values: Tensor) -> Tensor:
        """The largest piece of each unit."""
        pieces: Tensor = self.linear(values).unflatten(1, (-1, self._pieces))
        return pieces.amax(2)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _initialise_by_width(module: nn.Module) -> None:
    """He et al. 2015, arXiv 1502.01852, section 2.2."""
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)
