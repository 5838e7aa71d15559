"""DCGAN: Radford, Metz, Chintala 2016, arXiv 1511.06434, section 3, for images of any size.

Strided and transposed convolutions in place of pooling; batch normalisation in both networks, but not on the
generator's output nor the discriminator's input; no dense hidden layers; ReLU and tanh in the generator,
leaky ReLU in the discriminator; weights from N(0, 0.02). Images are in [-1, 1]. Each layer halves or doubles
the size, between the image and a base of 4 to 7 pixels; where a size is odd, the half is rounded down.
"""

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from latentop.engine.models.packing import beside, packed
from latentop.engine.run.errors import UsageError
from latentop.presets.networks import DCGANDiscriminator, DCGANGenerator

_SMALLEST = 4
"""Pixels of an image's shorter side, at least."""
_WIDEST = 8
"""How much wider than the first layer of the discriminator any is: as at 64 pixels, where the paper stops."""


class Generator(nn.Module):
    """Codings ``(batch, latent_dim)`` to images ``(batch, channels, height, width)`` in [-1, 1].

    A conditional one is told the class of each, ``labels`` ``(batch,)``.
    """

    def __init__(self, spec: DCGANGenerator, image: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self._classes = _told(classes) if spec.conditional else 0
        colours, height, width = image
        halvings = _halvings(height, width)
        base = height >> halvings, width >> halvings
        widths = _widths(spec.channels, halvings)[::-1]
        plain = spec.normalisation == "none"
        codings = spec.latent_dim + self._classes
        layers: list[nn.Module] = [nn.ConvTranspose2d(codings, widths[0], base, bias=plain)]
        for layer, channels_in in enumerate(widths, start=1):
            layers += [*_normalisation(spec.normalisation, channels_in), nn.ReLU()]
            last = layer == halvings
            odd = (height >> halvings - layer) % 2, (width >> halvings - layer) % 2
            channels_out = colours if last else widths[layer]
            layers += [nn.ConvTranspose2d(channels_in, channels_out, 4, 2, 1, odd, bias=last or plain)]
        self.layers = nn.Sequential(*layers, nn.Tanh())
        self.apply(_initialise)

    def forward(self, codings: Tensor, labels: Tensor | None = None) -> Tensor:
        """Draw one image for each row of codings."""
        codings = codings[:, :, None, None]
        if self._classes:
            assert labels is not None
            codings = beside(codings, labels, self._classes)
        images: Tensor = self.layers(codings)
        return images


class Discriminator(nn.Module):
    """Images ``(batch, channels, height, width)`` in [-1, 1] to logits ``(batch / pack,)``.

    A conditional one is told the class of each, ``labels`` ``(batch,)``. Layer normalisation is over channels
    and places of one image, with a scale for each channel (Gulrajani et al. 2017, section 4).
    """

    def __init__(self, spec: DCGANDiscriminator, image: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self._pack = spec.pack
        self._classes = _told(classes) if spec.conditional else 0
        colours, height, width = image
        halvings = _halvings(height, width)
        widths = _widths(spec.channels, halvings)
        plain = spec.normalisation in ("none", "spectral")
        shown = (colours + self._classes) * spec.pack
        layers: list[nn.Module] = [nn.Conv2d(shown, widths[0], 4, 2, 1), nn.LeakyReLU(spec.slope)]
        for channels_in, channels_out in pairwise(widths):
            layers += [nn.Conv2d(channels_in, channels_out, 4, 2, 1, bias=plain)]
            layers += [*_normalisation(spec.normalisation, channels_out), nn.LeakyReLU(spec.slope)]
        layers += [nn.Conv2d(widths[-1], 1, (height >> halvings, width >> halvings))]
        self.layers = nn.Sequential(*layers)
        self.apply(_initialise)
        if spec.normalisation == "spectral":  # after the initialisation, which it would hide from
            for layer in self.layers:
                if isinstance(layer, nn.Conv2d):
                    spectral_norm(layer)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """One logit for each pack of images."""
        if self._classes:
            assert labels is not None
            images = beside(images, labels, self._classes)
        logits: Tensor = self.layers(packed(images, self._pack))
        return logits.flatten()


def _told(classes: int) -> int:
    """The number of classes that a conditional network is told of."""
    if classes < 2:
        raise UsageError(
            f"a conditional network needs classes, and the data have {classes or 'none'}",
            "set conditional = false, or choose data with classes",
        )
    return classes


def _normalisation(name: str, channels: int) -> list[nn.Module]:
    match name:
        case "batch":
            return [nn.BatchNorm2d(channels)]
        case "layer":
            return [nn.GroupNorm(1, channels)]
    return []


def _halvings(height: int, width: int) -> int:
    """How often the size halves on the way to a base of 4 to 7 pixels. Raises UsageError for fewer."""
    if min(height, width) < _SMALLEST:
        raise UsageError(
            f"dcgan can't make images of {width}×{height} pixels",
            f"choose images of {_SMALLEST} pixels or more each way",
        )
    return max(1, (min(height, width) // 4).bit_length() - 1)


def _widths(channels: int, halvings: int) -> list[int]:
    """Channels of the layers from the image inwards: they double, up to WIDEST times those of the first."""
    return [channels * min(1 << step, _WIDEST) for step in range(halvings)]


def _initialise(module: nn.Module) -> None:
    """Radford et al. 2016, section 4: weights from N(0, 0.02); scales of batch normalisation around one."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
