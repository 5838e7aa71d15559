"""The stacked autoencoder: dense layers down to the codings and, mirrored, back (Géron 2022, chapter 17)."""

from itertools import pairwise
from math import prod

from torch import Tensor, nn

from presets.networks import StackedAutoencoder


class Stacked(nn.Module):
    """Images ``(batch, channels, height, width)`` in [0, 1] to reconstructions of the same shape.

    ReLU on hidden layers and codings, a linear output; Glorot's uniform initialisation, as Keras has it.
    """

    def __init__(self, spec: StackedAutoencoder, shape: tuple[int, ...]) -> None:
        super().__init__()
        sizes = [prod(shape), *spec.hidden, spec.latent_dim]
        self.encoder = nn.Sequential(nn.Flatten(), *_dense(sizes), nn.ReLU())
        self.decoder = nn.Sequential(*_dense(sizes[::-1]), nn.Unflatten(1, shape))

    def forward(self, images: Tensor) -> Tensor:
        """Encode and decode."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction


def _dense(sizes: list[int]) -> list[nn.Module]:
    """Dense layers of these sizes with ReLU between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs)
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return layers[:-1]
