"""DCGAN: Radford, Metz, Chintala 2016, arXiv 1511.06434, section 3, for images of any size 4·2ᵏ to 7·2ᵏ.

Strided and transposed convolutions in place of pooling; batch normalisation in both networks, but not on the
generator's output nor the discriminator's input; no dense hidden layers; ReLU and tanh in the generator,
leaky ReLU in the discriminator; weights from N(0, 0.02). Images are in [-1, 1].
"""

from itertools import pairwise

from torch import Tensor, nn

from engine.run.errors import UsageError
from presets.networks import DCGANDiscriminator, DCGANGenerator


class Generator(nn.Module):
    """Codings ``(batch, latent_dim)`` to images ``(batch, channels, height, width)`` in [-1, 1]."""

    def __init__(self, spec: DCGANGenerator, image: tuple[int, int, int]) -> None:
        super().__init__()
        colours, height, width = image
        halvings = _halvings(height, width)
        base = height >> halvings, width >> halvings
        widths = [spec.channels << step for step in reversed(range(halvings))]
        layers: list[nn.Module] = [nn.ConvTranspose2d(spec.latent_dim, widths[0], base, bias=False)]
        for channels_in, channels_out in zip(widths, [*widths[1:], None], strict=True):
            layers += [nn.BatchNorm2d(channels_in), nn.ReLU()]
            last = channels_out is None
            layers += [nn.ConvTranspose2d(channels_in, channels_out or colours, 4, 2, 1, bias=last)]
        self.layers = nn.Sequential(*layers, nn.Tanh())
        self.apply(_initialise)

    def forward(self, codings: Tensor) -> Tensor:
        """Draw one image for each row of codings."""
        images: Tensor = self.layers(codings[:, :, None, None])
        return images


class Discriminator(nn.Module):
    """Images ``(batch, channels, height, width)`` in [-1, 1] to logits ``(batch,)``: real where positive."""

    def __init__(self, spec: DCGANDiscriminator, image: tuple[int, int, int]) -> None:
        super().__init__()
        colours, height, width = image
        halvings = _halvings(height, width)
        widths = [spec.channels << step for step in range(halvings)]
        layers: list[nn.Module] = [nn.Conv2d(colours, widths[0], 4, 2, 1), nn.LeakyReLU(spec.slope)]
        for channels_in, channels_out in pairwise(widths):
            layers += [nn.Conv2d(channels_in, channels_out, 4, 2, 1, bias=False)]
            layers += [nn.BatchNorm2d(channels_out), nn.LeakyReLU(spec.slope)]
        layers += [nn.Conv2d(widths[-1], 1, (height >> halvings, width >> halvings))]
        self.layers = nn.Sequential(*layers)
        self.apply(_initialise)

    def forward(self, images: Tensor) -> Tensor:
        """One logit for each image."""
        logits: Tensor = self.layers(images)
        return logits.flatten()


def _halvings(height: int, width: int) -> int:
    """How often the size halves on the way to a base of 4 to 7 pixels."""
    halvings = max(1, (min(height, width) // 4).bit_length() - 1)
    if height % (1 << halvings) or width % (1 << halvings):
        raise UsageError(
            f"dcgan can't make images of {width}×{height} pixels",
            "sizes that halve evenly down to 4 … 7: 28, 32, 64, 96, 128 …",
        )
    return halvings


def _initialise(module: nn.Module) -> None:
    """Radford et al. 2016, section 4: weights from N(0, 0.02); scales of batch normalisation around one."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
