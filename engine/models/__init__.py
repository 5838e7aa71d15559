"""Networks, one family a file; each is built from its record in presets.schema and the shape of an image."""

from torch import nn

from engine.models import dcgan, stacked
from presets.schema import DCGANDiscriminator, DCGANGenerator, StackedAutoencoder

ImageShape = tuple[int, int, int]


def build(spec: StackedAutoencoder | DCGANGenerator | DCGANDiscriminator, image: ImageShape) -> nn.Module:
    """A freshly initialised network for images ``(channels, height, width)``.

    Raises UsageError where the family can't make images of that shape.
    """
    match spec:
        case StackedAutoencoder():
            return stacked.Stacked(spec, image)
        case DCGANGenerator():
            return dcgan.Generator(spec, image)
        case DCGANDiscriminator():
            return dcgan.Discriminator(spec, image)
