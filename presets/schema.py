"""What a preset is made of, as frozen records: every key, its type, its range and its meaning.

A preset file is TOML. Its top level names a ``kind``; each network names itself with ``network``; data and
objective with ``name``. msgspec checks types and ranges, and refuses keys that are not listed in the records.
"""

from typing import Annotated, Literal

from latentop.presets import feature_choice
from latentop.presets.data import Data, FashionMNIST, ImageSet
from latentop.presets.networks import (
    AutoencoderNetwork,
    Classifier,
    ConvolutionalVariationalAutoencoder,
    DiscriminatorNetwork,
    GeneratorNetwork,
    Own,
    StackedAutoencoder,
    Trained,
    VariationalAutoencoder,
)
from latentop.presets.objectives import (
    AdversarialObjective,
    AutoencoderObjective,
    Denoise,
    NonSaturating,
    Reconstruct,
    SparseKL,
    Variational,
)
from latentop.presets.records import Record, Seconds, means
from latentop.presets.watch import Watch


class Keep(Record, frozen=True, kw_only=True):
    """What the run's folder keeps."""

    frames: Annotated[Seconds, means("Seconds between frames, at least.")] = 2.0
    images: Annotated[int, means("Images in one frame.", ge=1, le=256)] = 36
    checkpoints: Annotated[Seconds, means("Seconds between checkpoints.")] = 120.0
    last: Annotated[
        int,
        means("Newest checkpoints kept; the best and those from before alarms come on top.", ge=1, le=1000),
    ] = 3
    best: Annotated[
        Literal["auto", "quality"],
        means(
            "What the best checkpoint is best at. auto: validation loss, accuracy or coverage, whichever the"
            " run has; quality: the Fréchet distance of its samples from real images."
        ),
    ] = "auto"
    size: Annotated[
        int,
        means(
            "Megabytes that the run's folder may take: near it what is old is thinned more.",
            ge=20,
            le=10_000_000,
        ),
    ] = 2000


class Settings(Record, frozen=True, kw_only=True, tag_field="kind"):
    """What every preset says, whatever it trains."""

    title: Annotated[str, means("A line that names it.")]
    brief: Annotated[str, means("What one will see, in three or four words: for lists.")] = ""
    shows: Annotated[str, means("What one learns from watching it: a sentence or two.")]
    look_for: Annotated[str, means("What to look for on the screen.")]
    source: Annotated[str, means("Where network and settings come from: paper and section.")]
    code: Annotated[
        str,
        means(
            "The Python file with your own networks, as seen from the preset's folder.", pattern=r"^$|\.py$"
        ),
    ] = ""
    steps: Annotated[int, means("Optimiser steps.", ge=1, le=10**9)]
    batch: Annotated[int, means("Images per step.", ge=1, le=65_536)]
    seed: Annotated[
        int,
        means(
            "Of everything that is drawn at random: the same seed, the same training on one machine.",
            ge=0,
            le=2**32 - 1,
        ),
    ] = 42
    device: Annotated[
        str,
        means(
            "Where it trains; auto: on a GPU where there is one.",
            pattern=r"^(auto|cpu|mps|cuda|cuda:[0-9]+)$",
        ),
    ] = "auto"
    precision: Annotated[
        Literal["float32", "bfloat16"],
        means("Of what a step multiplies: bfloat16 is faster for convolutions on CPUs that compute with it."),
    ] = "float32"
    data: Data = FashionMNIST()
    watch: Watch = Watch()
    keep: Keep = Keep()

    @property
    def per_step(self) -> int:
        """How many images one step takes: the batch, or several where a step trains several times."""
        return self.batch

    def span(self, network: str) -> range:
        """The steps over which a network is trained, from 0; its learning rate is scheduled over them."""
        return range(self.steps)


class Autoencoder(Settings, frozen=True, kw_only=True, tag="autoencoder"):
    """Learns codings by reconstructing its input."""

    autoencoder: AutoencoderNetwork
    objective: AutoencoderObjective = Reconstruct()

    def __post_init__(self) -> None:
        _refuse_own_without_code(self.code, self.autoencoder)
        _refuse_what_takes_samples(self, f"kind = {self.tag} has")
        two = isinstance(self.autoencoder, VariationalAutoencoder | ConvolutionalVariationalAutoencoder)
        if isinstance(self.objective, Variational) != two:
            raise ValueError(
                "network = variational, or convolutional-variational, and objective.name = variational"
                " go together"
            )
        bounded = isinstance(self.autoencoder, StackedAutoencoder) and self.autoencoder.codings == "sigmoid"
        if isinstance(self.objective, SparseKL) and not bounded:
            raise ValueError("objective.name = sparse-kl needs network = stacked with codings = sigmoid")


class GAN(Settings, frozen=True, kw_only=True, tag="gan"):
    """A generator against a discriminator."""

    generator: GeneratorNetwork
    discriminator: DiscriminatorNetwork
    objective: AdversarialObjective = NonSaturating()

    def __post_init__(self) -> None:
        _refuse_own_without_code(self.code, self.generator, self.discriminator)
        told, judged = (getattr(one, "conditional", False) for one in (self.generator, self.discriminator))
        if told != judged:
            raise ValueError("generator.conditional and discriminator.conditional go together")
        if not isinstance(self.data, ImageSet):
            self._refuse_what_takes_images()

    @property
    def per_step(self) -> int:
        """A batch for each step of the discriminator."""
        return self.batch * self.objective.discriminator_steps

    def _refuse_what_takes_images(self) -> None:
        where = f"data.name = {self.data.tag}"
        _refuse_what_takes_samples(self, f"{where} gives")
        if self.objective.augment != "none":
            raise ValueError(
                f"objective.augment = {self.objective.augment} needs images, and {where} has points"
            )


class Pretraining(Settings, frozen=True, kw_only=True, tag="pretraining"):
    """An autoencoder on unlabelled data, then classifiers on its encoder, with few labels, in three arms.

    ``steps`` are all steps: the first ``pretrain`` train the autoencoder, the rest the classifiers.
    """

    autoencoder: StackedAutoencoder
    objective: Reconstruct | Denoise = Reconstruct()
    pretrain: Annotated[
        int, means("Steps of the autoencoder, on all training images, without labels.", ge=1, le=10**9)
    ]
    classifier: Classifier = Classifier()
    labels: Annotated[int, means("Labelled images, as many of each class.", ge=2, le=10**6)] = 500
    seeds: Annotated[
        int, means("Classifiers per arm, each with its own labelled images and initialisation.", ge=2, le=64)
    ] = 5

    def __post_init__(self) -> None:
        _refuse_what_takes_samples(self, f"kind = {self.tag} has")
        if self.pretrain >= self.steps:
            raise ValueError(
                f"pretrain = {self.pretrain} leaves the classifiers none of steps = {self.steps}"
            )

    def span(self, network: str) -> range:
        """Of the autoencoder the first steps, of the classifiers the rest."""
        first = network == "autoencoder"
        return range(self.pretrain) if first else range(self.pretrain, self.steps)


def _refuse_own_without_code(code: str, *networks: Trained) -> None:
    if not code and any(isinstance(network, Own) for network in networks):
        raise ValueError("network = own needs code = FILE.py, where its class is")


def _refuse_what_takes_samples(preset: Settings, whose: str) -> None:
    takes = "needs a GAN's samples of images"
    if preset.keep.best == "quality":
        raise ValueError(f"keep.best = quality {takes}, and {whose} none")
    if (features := preset.watch.features) != feature_choice.PCA:
        raise ValueError(f"{feature_choice.KEY} = {features} {takes}, and {whose} none")


Preset = Autoencoder | GAN | Pretraining
