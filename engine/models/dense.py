"""The book's GAN of dense layers: Géron 2022, Hands-On Machine Learning, 3rd edition, chapter 17.

ReLU layers with He's normal initialisation (He et al. 2015, section 2.2), last layers with Glorot's uniform
one (Glorot and Bengio 2010, equation 16), Keras' default; the generator ends in a sigmoid. Images are in
[-1, 1] outside, as for every GAN here, and in [0, 1] inside, as in the book.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from torch import Tensor, nn

from latentop.engine.models.packing import packed
from latentop.presets.networks import DenseDiscriminator, DenseGenerator


class Generator(nn.Module):
    """Codings ``(batch, latent_dim)`` to images ``(batch, channels, height, width)`` in [-1, 1]."""

    def __init__(self, spec: DenseGenerator, image: tuple[int, int, int]) -> None:
        super().__init__()
        sizes = [spec.latent_dim, *spec.hidden, prod(image)]
        self.layers = nn.Sequential(*_dense(sizes), nn.Sigmoid(), nn.Unflatten(1, image))

    def forward(self, codings: Tensor) -> Tensor:
        """Draw one image for each row of codings."""
        images: Tensor = self.layers(codings)
        return images * 2 - 1


class Discriminator(nn.Module):
    """Images ``(batch, channels, height, width)`` in [-1, 1] to logits ``(batch / pack,)``."""

    def __init__(self, spec: DenseDiscriminator, image: tuple[int, int, int]) -> None:
        super().__init__()
        self._pack = spec.pack
        self.layers = nn.Sequential(nn.Flatten(), *_dense([prod(image) * spec.pack, *spec.hidden, 1]))

    def forward(self, images: Tensor) -> Tensor:
        """One logit for each pack of images: real where positive."""
        logits: Tensor = self.layers(packed((images + 1) / 2, self._pack))
        return logits.flatten()


def _dense(sizes: Sequence[int]) -> list[nn.Module]:
    """Dense layers of these sizes with ReLU between them, the last one linear."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    nn.init.xavier_uniform_(layer.weight)
    return layers[:-1]
