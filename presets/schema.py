"""What a preset is made of, as frozen records: every key, its type, its range and its meaning.

A preset file is TOML. Its top level names a ``kind``; each network names itself with ``network``; data and
objective with ``name``. msgspec checks types and ranges, and refuses keys that are not listed in the records.
"""

from typing import Annotated, Literal

from msgspec import Meta

from presets.data import Data, FashionMNIST
from presets.networks import (
    AutoencoderNetwork,
    Classifier,
    DiscriminatorNetwork,
    GeneratorNetwork,
    Own,
    StackedAutoencoder,
    Trained,
    VariationalAutoencoder,
)
from presets.objectives import (
    AdversarialObjective,
    AutoencoderObjective,
    Denoise,
    NonSaturating,
    Reconstruct,
    SparseKL,
    Variational,
)
from presets.records import Record, Seconds
from presets.watching import Watch


class Keep(Record, frozen=True, kw_only=True):
    """What the run's folder keeps."""

    frames: Seconds = 2.0
    """Seconds between frames, at least."""
    images: Annotated[int, Meta(ge=1, le=256)] = 36
    """Images in one frame."""
    checkpoints: Seconds = 120.0
    """Seconds between checkpoints."""
    last: Annotated[int, Meta(ge=1, le=1000)] = 3
    """Newest checkpoints kept; the best and those from before alarms come on top."""
    size: Annotated[int, Meta(ge=20, le=10_000_000)] = 2000
    """Megabytes that the run's folder may take: near it what is old is thinned more."""


class Settings(Record, frozen=True, kw_only=True, tag_field="kind"):
    """What every preset says, whatever it trains."""

    title: str
    """A line that names it."""
    shows: str
    """What one learns from watching it: a sentence or two."""
    look_for: str
    """What to look for on the screen."""
    source: str
    """Where network and settings come from: paper and section."""
    code: Annotated[str, Meta(pattern=r"^$|\.py$")] = ""
    """The Python file with your own networks, as seen from the preset's folder."""
    steps: Annotated[int, Meta(ge=1, le=10**9)]
    """Optimiser steps."""
    batch: Annotated[int, Meta(ge=1, le=65_536)]
    """Images per step."""
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 42
    """Of everything that is drawn at random: the same seed, the same training on one machine."""
    device: Annotated[str, Meta(pattern=r"^(auto|cpu|mps|cuda|cuda:[0-9]+)$")] = "auto"
    """Where it trains; ``auto``: on a GPU where there is one."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of what a step multiplies: ``bfloat16`` is faster for convolutions on CPUs that compute with it."""
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
        if isinstance(self.objective, Variational) != isinstance(self.autoencoder, VariationalAutoencoder):
            raise ValueError("network = variational and objective.name = variational go together")
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

    @property
    def per_step(self) -> int:
        """A batch for each step of the discriminator."""
        return self.batch * self.objective.discriminator_steps


class Pretraining(Settings, frozen=True, kw_only=True, tag="pretraining"):
    """An autoencoder on unlabelled data, then classifiers on its encoder, with few labels, in three arms.

    ``steps`` are all steps: the first ``pretrain`` train the autoencoder, the rest the classifiers.
    """

    autoencoder: StackedAutoencoder
    objective: Reconstruct | Denoise = Reconstruct()
    pretrain: Annotated[int, Meta(ge=1, le=10**9)]
    """Steps of the autoencoder, on all training images, without labels."""
    classifier: Classifier = Classifier()
    labels: Annotated[int, Meta(ge=2, le=10**6)] = 500
    """Labelled images, as many of each class."""
    seeds: Annotated[int, Meta(ge=2, le=64)] = 5
    """Classifiers per arm, each with its own labelled images and initialisation."""

    def span(self, network: str) -> range:
        """Of the autoencoder the first steps, of the classifiers the rest; empty where none is left."""
        autoencoder = min(self.pretrain, self.steps)
        return range(autoencoder) if network == "autoencoder" else range(autoencoder, self.steps)


def _refuse_own_without_code(code: str, *networks: Trained) -> None:
    if not code and any(isinstance(network, Own) for network in networks):
        raise ValueError("network = own needs code = FILE.py, where its class is")


Preset = Autoencoder | GAN | Pretraining
