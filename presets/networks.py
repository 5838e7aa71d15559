"""The records of networks: architecture and optimiser of everything that is trained."""

from typing import Annotated, Literal

import msgspec

from latentop.presets.records import Channels, LearningRate, Record, Share, Weight, Width, Widths, means

LatentDim = Annotated[Width, means("Numbers in a coding.")]
HiddenUnits = Annotated[Widths, means("Units of the hidden layers.")]


class Trained(Record, frozen=True, kw_only=True):
    """What every trained network says about its optimiser."""

    lr: LearningRate
    schedule: Annotated[
        Literal["constant", "linear", "cosine", "cooldown"],
        means(
            "How the rate goes: it stays, or falls to zero by its last step; cooldown: over the last fifth."
        ),
    ] = "constant"
    optimizer: Annotated[
        Literal["adam", "nadam", "rmsprop", "sgd"], means("What turns gradients into updates.")
    ] = "adam"
    beta1: Annotated[Share, means("Decay of the first moment; the momentum of sgd.")] = 0.9
    beta2: Annotated[Share, means("Decay of the second moment; the alpha of rmsprop.")] = 0.999
    clip: Annotated[
        Weight,
        means(
            "Largest norm of the gradients: longer ones are scaled down to it (Pascanu et al. 2013); 0:"
            " none are."
        ),
    ] = 0.0


class StackedAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="stacked"):
    """Dense encoder and its mirror image as decoder: 784-hidden…-latent_dim-…hidden-784."""

    hidden: Annotated[Widths, means("Units of the encoder's hidden layers; the decoder mirrors them.")] = (
        100,
    )
    latent_dim: LatentDim = 30
    activation: Annotated[Literal["relu", "linear"], means("Of hidden layers.")] = "relu"
    codings: Annotated[Literal["relu", "sigmoid", "linear"], means("Activation of the codings.")] = "relu"
    initialisation: Annotated[
        Literal["glorot", "torch"],
        means(
            "Glorot's uniform one, as in Keras, or torch's smaller one, with which fewer ReLU codings"
            " die early."
        ),
    ] = "glorot"
    tied: Annotated[bool, means("The decoder's weights are the encoder's, transposed.")] = False


class ConvolutionalLayers(Trained, frozen=True, kw_only=True):
    """What every autoencoder of convolutions says of its layers; it takes images of any size and colour."""

    channels: Annotated[
        tuple[Channels, ...],
        means(
            "Of the layers down, each of which halves the image; the decoder mirrors them. Where 8"
            " pixels or more are left, further layers follow, as wide as the last one.",
            min_length=2,
            max_length=6,
        ),
    ] = (16, 32, 64)
    latent_dim: LatentDim = 30


class ConvolutionalAutoencoder(
    ConvolutionalLayers, frozen=True, kw_only=True, tag_field="network", tag="convolutional"
):
    """Convolutions and max-pooling down, transposed convolutions up (Géron 2022, chapter 17)."""


class RecurrentAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="recurrent"):
    """An image as a sequence of rows: two LSTMs to the codings, one LSTM back (Géron 2022, chapter 17)."""

    hidden: Annotated[Width, means("Units of the first LSTM, and of the one back.")] = 100
    latent_dim: LatentDim = 30


class VariationalAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="variational"):
    """Dense encoder to mean and log variance, mirrored decoder (Kingma and Welling 2014, arXiv 1312.6114)."""

    hidden: Annotated[Widths, means("Units of the encoder's hidden layers; the decoder mirrors them.")] = (
        150,
        100,
    )
    latent_dim: LatentDim = 10


class ConvolutionalVariationalAutoencoder(
    ConvolutionalLayers, frozen=True, kw_only=True, tag_field="network", tag="convolutional-variational"
):
    """Convolutions down to mean and log variance, transposed convolutions up."""


class Classifier(Trained, frozen=True, kw_only=True):
    """An encoder, then dense layers to one logit a class, trained on few labels with cross-entropy."""

    lr: LearningRate = 1e-3
    hidden: Annotated[Widths, means("ReLU layers between codings and classes, the same in every arm.")] = ()
    batch: Annotated[int, means("Labelled images per step.", ge=1, le=65_536)] = 50


class DenseGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dense"):
    """Codings through ReLU layers to an image (Géron 2022, chapter 17)."""

    latent_dim: LatentDim = 30
    hidden: HiddenUnits = (100, 150)


class DenseDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dense"):
    """An image through ReLU layers to one logit (Géron 2022, chapter 17)."""

    hidden: HiddenUnits = (150, 100)
    pack: Annotated[
        int, means("How many samples it judges at once (PacGAN, arXiv 1712.04086, section 2).", ge=1, le=16)
    ] = 1


class DCGANGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dcgan"):
    """Codings to images through transposed convolutions (Radford et al. 2016, section 3)."""

    latent_dim: LatentDim = 100
    channels: Annotated[Channels, means("Of the last hidden layer; they double inwards.")] = 64
    normalisation: Annotated[Literal["batch", "none"], means("Of hidden layers.")] = "batch"
    conditional: Annotated[
        bool, means("Told which class to draw (Mirza and Osindero 2014, arXiv 1411.1784).")
    ] = False


class DCGANDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dcgan"):
    """Images to one logit through strided convolutions (Radford et al. 2016, section 3)."""

    channels: Annotated[Channels, means("Of the first layer; they double inwards.")] = 64
    slope: Annotated[Share, means("Of leaky ReLU below zero.")] = 0.2
    normalisation: Annotated[
        Literal["batch", "layer", "spectral", "none"],
        means("Of hidden layers; spectral is of the weights (Miyato et al. 2018)."),
    ] = "batch"
    conditional: Annotated[bool, means("Told which class it looks at.")] = False
    pack: Annotated[
        int, means("How many images it judges at once (PacGAN, arXiv 1712.04086, section 2).", ge=1, le=16)
    ] = 1


class PointGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="points"):
    """Codings to 2-D points: dense ReLU layers with batch normalisation (PacGAN, section 4.1)."""

    latent_dim: LatentDim = 2
    hidden: HiddenUnits = (400, 400, 400, 400)
    normalisation: Annotated[
        Literal["batch", "none"],
        means(
            "Without it, weights are initialised after He et al. 2015, for N(0, 0.02) would shrink"
            " every signal."
        ),
    ] = "batch"


class PointDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="points"):
    """2-D points to one logit: dense maxout layers (PacGAN, section 4.1; Goodfellow et al. 2013)."""

    hidden: HiddenUnits = (200, 200, 200)
    pieces: Annotated[int, means("Linear pieces of a maxout unit.", ge=1, le=16)] = 5
    pack: Annotated[int, means("How many points it judges at once.", ge=1, le=16)] = 1


class DiracGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dirac"):
    """One number: where the generator puts its only point (Mescheder et al. 2018, definition 2.1)."""

    start: Annotated[float, means("Where the point is at first.")] = 1.0


class DiracDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dirac"):
    """One number: the slope of a linear discriminator through zero (as above)."""

    start: Annotated[float, means("The slope at first.")] = 1.0


class Own(Trained, frozen=True, kw_only=True):
    """What every network of your own says: a class in the file that ``code`` names."""

    made_by: Annotated[
        str,
        means(
            "A torch.nn.Module; called with shape, of one datum, and with arguments.",
            pattern=r"^[A-Za-z_]\w*$",
        ),
    ] = msgspec.field(name="class")
    arguments: Annotated[
        dict[str, bool | int | float | str | list[int | float]],
        means("What the class is called with, by name."),
    ] = msgspec.field(default_factory=dict)


class OwnAutoencoder(Own, frozen=True, kw_only=True, tag_field="network", tag="own"):
    """Your own autoencoder: a module with ``encoder`` and ``decoder``; called with ``latent_dim`` too."""

    latent_dim: LatentDim = 30


class OwnGenerator(Own, frozen=True, kw_only=True, tag_field="network", tag="own"):
    """Your own generator: codings to images in [-1, 1], or to points; called with ``latent_dim`` too."""

    latent_dim: LatentDim = 100


class OwnDiscriminator(Own, frozen=True, kw_only=True, tag_field="network", tag="own"):
    """Your own discriminator: images in [-1, 1], or points, to logits of any shape."""


AutoencoderNetwork = (
    StackedAutoencoder
    | ConvolutionalAutoencoder
    | RecurrentAutoencoder
    | VariationalAutoencoder
    | ConvolutionalVariationalAutoencoder
    | OwnAutoencoder
)
GeneratorNetwork = DenseGenerator | DCGANGenerator | PointGenerator | DiracGenerator | OwnGenerator
DiscriminatorNetwork = (
    DenseDiscriminator | DCGANDiscriminator | PointDiscriminator | DiracDiscriminator | OwnDiscriminator
)
