"""The convolutional autoencoder (Géron 2022, chapter 17, Convolutional Autoencoders), for 28 × 28 pixels."""

from torch import Tensor, nn

from engine.models.initialise import he
from engine.run.errors import UsageError
from presets.networks import ConvolutionalAutoencoder

_SEED = 16
"""Channels of the 3 × 3 map that the decoder starts from."""


class Convolutional(nn.Module):
    """Images ``(batch, channels, 28, 28)`` in [0, 1] to reconstructions of the same shape, linear output.

    ``encoder``: three times convolution k3 and max-pooling, a convolution to as many maps as there are
    codings, and the mean of each. ``decoder``: dense to 3 × 3, then transposed convolutions to 7, 14 and 28.
    He's initialisation, with which no coding dies. Raises UsageError for images of another size.
    """

    def __init__(self, spec: ConvolutionalAutoencoder, image: tuple[int, int, int]) -> None:
        super().__init__()
        colours, height, width = image
        if (height, width) != (28, 28):
            raise UsageError(
                f"network = convolutional takes images of 28×28, not {width}×{height}",
                "choose data of that size, or network = stacked",
            )
        first, second, third = spec.channels
        self.encoder = nn.Sequential(
            *_pooled(colours, first),
            *_pooled(first, second),
            *_pooled(second, third),
            nn.Conv2d(third, spec.latent_dim, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.decoder = nn.Sequential(
            nn.Linear(spec.latent_dim, 3 * 3 * _SEED),
            nn.Unflatten(1, (_SEED, 3, 3)),
            nn.ConvTranspose2d(_SEED, second, 3, stride=2),
            nn.ReLU(),
            nn.ConvTranspose2d(second, first, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(first, colours, 3, stride=2, padding=1, output_padding=1),
        )
        self.apply(he)

    def forward(self, images: Tensor) -> Tensor:
        """Encode and decode."""
        reconstruction: Tensor = self.decoder(self.encoder(images))
        return reconstruction


def _pooled(channels_in: int, channels_out: int) -> list[nn.Module]:
    return [nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
