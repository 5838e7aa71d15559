"""The records of networks: architecture and optimiser of everything that is trained."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from presets.records import Channels, LearningRate, Record, Share, Weight, Width, Widths


class Trained(Record, frozen=True, kw_only=True):
    """What every trained network says about its optimiser."""

    lr: LearningRate
    """Learning rate."""
    schedule: Literal["constant", "linear", "cosine", "cooldown"] = "constant"
    """How the rate goes: it stays, or falls to zero by its last step; ``cooldown``: over the last fifth."""
    optimizer: Literal["adam", "nadam", "rmsprop", "sgd"] = "adam"
    """What turns gradients into updates."""
    beta1: Share = 0.9
    """Decay of the first moment; the momentum of sgd."""
    beta2: Share = 0.999
    """Decay of the second moment; the alpha of rmsprop."""
    clip: Weight = 0.0
    """Largest norm of the gradients: longer ones are scaled down to it (Pascanu et al. 2013); 0: none are."""


class StackedAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="stacked"):
    """Dense encoder and its mirror image as decoder: 784-hidden…-latent_dim-…hidden-784."""

    hidden: Widths = (100,)
    """Units of the encoder's hidden layers; the decoder mirrors them."""
    latent_dim: Width = 30
    """Numbers in a coding."""
    activation: Literal["relu", "linear"] = "relu"
    """Of hidden layers."""
    codings: Literal["relu", "sigmoid", "linear"] = "relu"
    """Activation of the codings."""
    initialisation: Literal["glorot", "torch"] = "glorot"
    """Glorot's uniform one, as in Keras, or torch's smaller one, with which fewer ReLU codings die early."""
    tied: bool = False
    """The decoder's weights are the encoder's, transposed."""


class ConvolutionalAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="convolutional"):
    """Convolutions and max-pooling down, transposed convolutions up (Géron 2022, chapter 17); 28×28 only."""

    channels: Annotated[tuple[Channels, ...], Meta(min_length=3, max_length=3)] = (16, 32, 64)
    """Of the three layers down; the decoder mirrors them."""
    latent_dim: Width = 30
    """Numbers in a coding."""


class RecurrentAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="recurrent"):
    """An image as a sequence of rows: two LSTMs to the codings, one LSTM back (Géron 2022, chapter 17)."""

    hidden: Width = 100
    """Units of the first LSTM, and of the one back."""
    latent_dim: Width = 30
    """Numbers in a coding."""


class VariationalAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="variational"):
    """Dense encoder to mean and log variance, mirrored decoder (Kingma and Welling 2014, arXiv 1312.6114)."""

    hidden: Widths = (150, 100)
    """Units of the encoder's hidden layers; the decoder mirrors them."""
    latent_dim: Width = 10
    """Numbers in a coding."""


class Classifier(Trained, frozen=True, kw_only=True):
    """An encoder, then dense layers to one logit a class, trained on few labels with cross-entropy."""

    lr: LearningRate = 1e-3
    """Learning rate."""
    hidden: Widths = ()
    """ReLU layers between codings and classes, the same in every arm."""
    batch: Annotated[int, Meta(ge=1, le=65_536)] = 50
    """Labelled images per step."""


class DenseGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dense"):
    """Codings through ReLU layers to an image (Géron 2022, chapter 17)."""

    latent_dim: Width = 30
    """Numbers in a coding."""
    hidden: Widths = (100, 150)
    """Units of the hidden layers."""


class DenseDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dense"):
    """An image through ReLU layers to one logit (Géron 2022, chapter 17)."""

    hidden: Widths = (150, 100)
    """Units of the hidden layers."""
    pack: Annotated[int, Meta(ge=1, le=16)] = 1
    """How many samples it judges at once (PacGAN, arXiv 1712.04086, section 2)."""


class DCGANGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dcgan"):
    """Codings to images through transposed convolutions (Radford et al. 2016, section 3)."""

    latent_dim: Width = 100
    """Numbers in a coding."""
    channels: Channels = 64
    """Of the last hidden layer; they double inwards."""
    normalisation: Literal["batch", "none"] = "batch"
    """Of hidden layers."""
    conditional: bool = False
    """Told which class to draw (Mirza and Osindero 2014, arXiv 1411.1784)."""


class DCGANDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dcgan"):
    """Images to one logit through strided convolutions (Radford et al. 2016, section 3)."""

    channels: Channels = 64
    """Of the first layer; they double inwards."""
    slope: Share = 0.2
    """Of leaky ReLU below zero."""
    normalisation: Literal["batch", "layer", "spectral", "none"] = "batch"
    """Of hidden layers; ``spectral`` is of the weights (Miyato et al. 2018)."""
    conditional: bool = False
    """Told which class it looks at."""
    pack: Annotated[int, Meta(ge=1, le=16)] = 1
    """How many images it judges at once (PacGAN, arXiv 1712.04086, section 2)."""


class PointGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="points"):
    """Codings to 2-D points: dense ReLU layers with batch normalisation (PacGAN, section 4.1)."""

    latent_dim: Width = 2
    """Numbers in a coding."""
    hidden: Widths = (400, 400, 400, 400)
    """Units of the hidden layers."""
    normalisation: Literal["batch", "none"] = "batch"
    """Without it, weights are initialised after He et al. 2015, for N(0, 0.02) would shrink every signal."""


class PointDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="points"):
    """2-D points to one logit: dense maxout layers (PacGAN, section 4.1; Goodfellow et al. 2013)."""

    hidden: Widths = (200, 200, 200)
    """Units of the hidden layers."""
    pieces: Annotated[int, Meta(ge=1, le=16)] = 5
    """Linear pieces of a maxout unit."""
    pack: Annotated[int, Meta(ge=1, le=16)] = 1
    """How many points it judges at once."""


class DiracGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dirac"):
    """One number: where the generator puts its only point (Mescheder et al. 2018, definition 2.1)."""

    start: float = 1.0
    """Where the point is at first."""


class DiracDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dirac"):
    """One number: the slope of a linear discriminator through zero (as above)."""

    start: float = 1.0
    """The slope at first."""


class Own(Trained, frozen=True, kw_only=True):
    """What every network of your own says: a class in the file that ``code`` names."""

    made_by: Annotated[str, Meta(pattern=r"^[A-Za-z_]\w*$")] = msgspec.field(name="class")
    """A ``torch.nn.Module``; called with ``shape``, of one datum, and with ``arguments``."""
    arguments: dict[str, bool | int | float | str | list[int | float]] = msgspec.field(default_factory=dict)
    """What the class is called with, by name."""


class OwnAutoencoder(Own, frozen=True, kw_only=True, tag_field="network", tag="own"):
    """Your own autoencoder: a module with ``encoder`` and ``decoder``; called with ``latent_dim`` too."""

    latent_dim: Width = 30
    """Numbers in a coding."""


class OwnGenerator(Own, frozen=True, kw_only=True, tag_field="network", tag="own"):
    """Your own generator: codings to images in [-1, 1], or to points; called with ``latent_dim`` too."""

    latent_dim: Width = 100
    """Numbers in a coding."""


class OwnDiscriminator(Own, frozen=True, kw_only=True, tag_field="network", tag="own"):
    """Your own discriminator: images in [-1, 1], or points, to logits of any shape."""


AutoencoderNetwork = (
    StackedAutoencoder
    | ConvolutionalAutoencoder
    | RecurrentAutoencoder
    | VariationalAutoencoder
    | OwnAutoencoder
)
GeneratorNetwork = DenseGenerator | DCGANGenerator | PointGenerator | DiracGenerator | OwnGenerator
DiscriminatorNetwork = (
    DenseDiscriminator | DCGANDiscriminator | PointDiscriminator | DiracDiscriminator | OwnDiscriminator
)
