"""Networks, one family a file; each is built from its record in presets.schema and the shape of an image."""

from torch import nn

from engine.models import dcgan, stacked
from engine.run.errors import UsageError
from presets.networks import DCGANDiscriminator, DCGANGenerator, StackedAutoencoder, Trained

Shape = tuple[int, ...]


def build(spec: Trained, shape: Shape, classes: int) -> nn.Module:
    """A freshly initialised network for data ``(batch, *shape)`` of so many classes.

    Raises UsageError where the family can't be built for that shape.
    """
    match spec:
        case StackedAutoencoder():
            return stacked.Stacked(spec, shape)
        case DCGANGenerator():
            return dcgan.Generator(spec, as_image(shape, spec))
        case DCGANDiscriminator():
            return dcgan.Discriminator(spec, as_image(shape, spec))
    raise AssertionError(spec)


def as_image(shape: Shape, spec: Trained) -> tuple[int, int, int]:
    """The shape as ``(channels, height, width)``. Raises UsageError where the data are no images."""
    if len(shape) != 3:
        raise UsageError(
            f"network = {spec.tag} makes images, and the data are points", "choose network = points"
        )
    channels, height, width = shape
    return channels, height, width
