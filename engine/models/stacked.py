"""The stacked autoencoder: dense layers down to the codings and, mirrored, back (Géron 2022, chapter 17)."""

from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from latentop.engine.models.initialise import activation, glorot
from latentop.presets.networks import StackedAutoencoder


class Stacked(nn.Module):
    """Data ``(batch, *shape)`` to reconstructions of the same shape; images are in [0, 1].

    A linear output; hidden layers, codings and initialisation as the record says. ``encoder`` gives codings
    ``(batch, latent_dim)``, ``decoder`` takes them.
    """

    def __init__(self, spec: StackedAutoencoder, shape: tuple[int, ...]) -> None:
        super().__init__()
        sizes = [prod(shape), *spec.hidden, spec.latent_dim]
        down = dense(sizes, spec.activation, spec.initialisation)
        self.encoder = nn.Sequential(nn.Flatten(), *down, activation(spec.codings))
        if spec.tied:
            up: list[nn.Module] = [Transposed(down, spec.activation)]
        else:
            up = dense(sizes[::-1], spec.activation, spec.initialisation)
        self.decoder = nn.Sequential(*up, nn.Unflatten(1, shape))

    def forward(self, images: Tensor) -> Tensor:
        """Encode and decode."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction


class Transposed(nn.Module):
    """Codings back through the encoder's own weights, transposed; only the biases are new.

    Half the weights, so less to learn and to over-fit (Géron 2022, chapter 17, Tying Weights). ``(batch,
    latent_dim)`` to ``(batch, inputs)``.
    """

    def __init__(self, encoder: list[nn.Module], between: str) -> None:
        super().__init__()
        # A tuple registers nothing: the weights stay the encoder's, in checkpoints and for the optimiser.
        self._layers = tuple(layer for layer in reversed(encoder) if isinstance(layer, nn.Linear))
        self.biases = nn.ParameterList(torch.zeros(layer.in_features) for layer in self._layers)
        self.activation = activation(between)

    def forward(self, codings: Tensor) -> Tensor:
        """Apply every layer of the encoder backwards."""
        *hidden, last = zip(self._layers, self.biases, strict=True)
        values = codings
        for layer, bias in hidden:
            values = self.activation(linear(values, layer.weight.T, bias))
        layer, bias = last
        return linear(values, layer.weight.T, bias)


def dense(sizes: list[int], between: str, initialisation: str = "glorot") -> list[nn.Module]:
    """Dense layers of these sizes with an activation between them, none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs)
        if initialisation == "glorot":
            glorot(layer)
        layers += [layer, activation(between)]
    return layers[:-1]
