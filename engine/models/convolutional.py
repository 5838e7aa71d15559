"""Convolutional autoencoders, variational or not, for images of any size (Géron 2022, chapter 17).

The book's network for 28 × 28 pixels ends in the mean of each map; of larger images that would forget where
things are. For other sizes, and other numbers of layers, the last map is flattened instead.
"""

from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn

from latentop.engine.models.initialise import glorot, he
from latentop.engine.models.variational import GaussianCodings
from latentop.engine.run.errors import UsageError
from latentop.presets.networks import (
    ConvolutionalAutoencoder,
    ConvolutionalLayers,
    ConvolutionalVariationalAutoencoder,
)

Map = tuple[int, int, int]
"""Channels, height, width."""

_BOOK = (28, 28), 3
"""The size and the number of layers for which the network is the book's."""
_SEED = 16
"""Channels of the 3 × 3 map that the book's decoder starts from."""
_FAINT = 0.1
"""By how much the first outputs are smaller: to unlearn large ones takes hundreds of steps."""
_LARGE = 8
"""Pixels of a map's shorter side from which on a further layer halves it."""


class Convolutional(nn.Module):
    """Images ``(batch, channels, height, width)`` in [0, 1] to reconstructions of the same shape, linear.

    28 × 28 pixels and three layers: ``encoder`` is three times convolution k3 and max-pooling, a convolution
    to as many maps as there are codings, and the mean of each; ``decoder`` is dense to 3 × 3, then transposed
    convolutions to 7, 14 and 28. All others: convolution k3 and max-pooling down to maps of less than 8
    pixels, dense to linear codings, dense back to such maps, and transposed convolutions k4, whose kernel
    their stride divides: k3 leaves a checkerboard (Odena et al. 2016). He's initialisation, with which no
    coding dies. Raises UsageError for images that are too small for so many layers.
    """

    def __init__(self, spec: ConvolutionalAutoencoder, image: Map) -> None:
        super().__init__()
        if (image[1:], len(spec.channels)) == _BOOK:
            self.encoder, self.decoder = _book(spec, image[0])
            self.apply(he)
        else:
            maps = _maps(spec, image)
            self.encoder = nn.Sequential(*_down(maps), _dense(prod(maps[-1]), spec.latent_dim))
            self.decoder = _up(maps, spec.latent_dim)

    def forward(self, images: Tensor) -> Tensor:
        """Encode and decode."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction


class ConvolutionalVariational(GaussianCodings):
    """The same layers, flattened for every size, to means and log variances of codings, and back.

    Raises UsageError for images that are too small for so many layers.
    """

    def __init__(self, spec: ConvolutionalVariationalAutoencoder, image: Map) -> None:
        super().__init__()
        maps = _maps(spec, image)
        self.encoder = nn.Sequential(_down(maps), _dense(prod(maps[-1]), spec.latent_dim))
        self.log_variance = _dense(prod(maps[-1]), spec.latent_dim)
        self.decoder = _up(maps, spec.latent_dim)


def _book(spec: ConvolutionalAutoencoder, colours: int) -> tuple[nn.Sequential, nn.Sequential]:
    """Encoder and decoder of the book, for 28 × 28 pixels."""
    first, second, third = spec.channels
    encoder = nn.Sequential(
        *_pooled(colours, first),
        *_pooled(first, second),
        *_pooled(second, third),
        nn.Conv2d(third, spec.latent_dim, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
    decoder = nn.Sequential(
        nn.Linear(spec.latent_dim, 3 * 3 * _SEED),
        nn.Unflatten(1, (_SEED, 3, 3)),
        nn.ConvTranspose2d(_SEED, second, 3, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(second, first, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(first, colours, 3, stride=2, padding=1, output_padding=1),
    )
    return encoder, decoder


def _maps(spec: ConvolutionalLayers, image: Map) -> list[Map]:
    """The image, then what each layer makes of it: the last one is small."""
    channels = list(spec.channels)
    shorter = min(image[1:])
    while shorter >> len(channels) >= _LARGE:
        channels.append(channels[-1])
    if not shorter >> len(channels):
        _, height, width = image
        most = shorter.bit_length() - 1
        raise UsageError(
            f"network = {spec.tag} of {len(channels)} layers can't halve {width}×{height} pixels so often",
            f"list {most} channels at most, or choose larger images",
        )
    sizes = [(image[1] >> layer, image[2] >> layer) for layer in range(len(channels) + 1)]
    return [(width, *size) for width, size in zip([image[0], *channels], sizes, strict=True)]


def _down(maps: list[Map]) -> nn.Sequential:
    """Images to the last map, flattened."""
    layers = [layer for before, after in pairwise(maps) for layer in _pooled(before[0], after[0])]
    return nn.Sequential(*layers, nn.Flatten()).apply(he)


def _up(maps: list[Map], latent_dim: int) -> nn.Sequential:
    """Codings to the last map, and from there to images."""
    layers: list[nn.Module] = [
        nn.Linear(latent_dim, prod(maps[-1])),
        nn.ReLU(),
        nn.Unflatten(1, maps[-1]),
    ]
    for (channels_in, *_), (channels_out, *large) in pairwise(reversed(maps)):
        odd = (large[0] % 2, large[1] % 2)
        layer = nn.ConvTranspose2d(channels_in, channels_out, 4, stride=2, padding=1, output_padding=odd)
        layers += [layer, nn.ReLU()]
    network = nn.Sequential(*layers[:-1]).apply(he)
    up = [one for one in network if isinstance(one, nn.ConvTranspose2d)]
    with torch.no_grad():
        for one in up:
            one.weight.mul_(2)  # with a stride of 2 a pixel sees a quarter of the kernel; He et al. count all
        up[-1].weight.mul_(_FAINT)
    return network


def _dense(inputs: int, outputs: int) -> nn.Linear:
    """A dense layer that no ReLU follows."""
    layer = nn.Linear(inputs, outputs)
    glorot(layer)
    return layer


def _pooled(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
