"""Networks, one family a file; each is built from its record in presets.records and the shape of an image."""

import torch
from torch import nn

from latentop.engine.models import (
    convolutional,
    dcgan,
    dense,
    dirac,
    own,
    points,
    recurrent,
    stacked,
    variational,
)
from latentop.engine.run.errors import UsageError
from latentop.engine.train.devices import CPU
from latentop.presets.networks import (
    ConvolutionalAutoencoder,
    ConvolutionalVariationalAutoencoder,
    DCGANDiscriminator,
    DCGANGenerator,
    DenseDiscriminator,
    DenseGenerator,
    DiracDiscriminator,
    DiracGenerator,
    Own,
    PointDiscriminator,
    PointGenerator,
    RecurrentAutoencoder,
    StackedAutoencoder,
    Trained,
    VariationalAutoencoder,
)

Shape = tuple[int, ...]


def build(spec: Trained, shape: Shape, classes: int, code: str = "", device: torch.device = CPU) -> nn.Module:
    """A freshly initialised network on ``device`` for data ``(batch, *shape)`` of so many classes.

    Its weights are drawn on the CPU, the same for every device. ``code`` is the Python file with your own
    networks. Raises UsageError where the family can't be built for that shape.
    """
    if isinstance(spec, Own):
        return own.build(spec, shape, code, device)
    return _built(spec, shape, classes).to(device)


def _built(spec: Trained, shape: Shape, classes: int) -> nn.Module:
    match spec:
        case StackedAutoencoder():
            return stacked.Stacked(spec, shape)
        case ConvolutionalAutoencoder():
            return convolutional.Convolutional(spec, as_image(shape, spec))
        case ConvolutionalVariationalAutoencoder():
            return convolutional.ConvolutionalVariational(spec, as_image(shape, spec))
        case RecurrentAutoencoder():
            return recurrent.Recurrent(spec, as_image(shape, spec))
        case VariationalAutoencoder():
            return variational.Variational(spec, shape)
        case DCGANGenerator():
            return dcgan.Generator(spec, as_image(shape, spec), classes)
        case DCGANDiscriminator():
            return dcgan.Discriminator(spec, as_image(shape, spec), classes)
        case DenseGenerator():
            return dense.Generator(spec, as_image(shape, spec))
        case DenseDiscriminator():
            return dense.Discriminator(spec, as_image(shape, spec))
        case PointGenerator():
            return points.Generator(spec, as_point(shape, spec))
        case PointDiscriminator():
            return points.Discriminator(spec, as_point(shape, spec))
        case DiracGenerator():
            as_point(shape, spec)
            return dirac.Generator(spec)
        case DiracDiscriminator():
            as_point(shape, spec)
            return dirac.Discriminator(spec)
    raise AssertionError(spec)


def as_image(shape: Shape, spec: Trained) -> tuple[int, int, int]:
    """The shape as ``(channels, height, width)``. Raises UsageError where the data are no images."""
    if len(shape) != 3:
        raise UsageError(
            f"network = {spec.tag} makes images, and the data are points", "choose network = points"
        )
    channels, height, width = shape
    return channels, height, width


def as_point(shape: Shape, spec: Trained) -> int:
    """How many numbers a point has. Raises UsageError where the data are images, or not what is made."""
    if len(shape) != 1:
        raise UsageError(
            f"network = {spec.tag} makes points, and the data are images", "choose network = dcgan, or dense"
        )
    if isinstance(spec, DiracGenerator | DiracDiscriminator) and shape != (1,):
        raise UsageError("network = dirac knows one number a point", "choose data.name = zero")
    return shape[0]
