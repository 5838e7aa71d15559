"""The frozen records that a preset is made of: every key, its type, its range and its meaning.

A preset file is TOML. Its top level names a ``kind``; each network names itself with ``network``, each
objective with ``name``. msgspec checks types and ranges, and refuses keys that are not listed here.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

LearningRate = Annotated[float, Meta(gt=0, le=10)]
Positive = Annotated[int, Meta(ge=1)]
Width = Annotated[int, Meta(ge=1, le=4096)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Fraction = Annotated[float, Meta(ge=0, le=1)]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every record: immutable, named fields only, unknown keys refused.

    Subclasses repeat ``frozen`` and ``kw_only`` for type checkers, which do not inherit them.
    """


class Data(Record, frozen=True, kw_only=True):
    """Which images, and how many of them."""

    name: Literal["fashion-mnist"] = "fashion-mnist"
    size: Literal["small", "full"] = "small"
    """``small``: 10 000 training and 2 000 test images, inside the package. ``full``: 60 000 and 10 000."""


class Trained(Record, frozen=True, kw_only=True):
    """What every trained network says about its optimiser."""

    lr: LearningRate
    """Learning rate; the one setting that can be changed while training."""
    optimizer: Literal["adam", "nadam", "rmsprop", "sgd"] = "adam"
    beta1: Annotated[float, Meta(ge=0, lt=1)] = 0.9
    """Decay of the first moment; the momentum of sgd."""
    beta2: Annotated[float, Meta(ge=0, lt=1)] = 0.999
    """Decay of the second moment; the alpha of rmsprop."""


class StackedAutoencoder(Trained, frozen=True, kw_only=True, tag_field="network", tag="stacked"):
    """Dense encoder and its mirror image as decoder: 784-hidden…-latent_dim-…hidden-784."""

    hidden: Annotated[tuple[Width, ...], Meta(max_length=16)] = (100,)
    latent_dim: Width = 30


class DCGANGenerator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dcgan"):
    """Codings to images through transposed convolutions (Radford et al. 2016, section 3)."""

    latent_dim: Width = 100
    channels: Annotated[int, Meta(ge=1, le=1024)] = 64
    """Of the last hidden layer; they double inwards."""


class DCGANDiscriminator(Trained, frozen=True, kw_only=True, tag_field="network", tag="dcgan"):
    """Images to one logit through strided convolutions (Radford et al. 2016, section 3)."""

    channels: Annotated[int, Meta(ge=1, le=1024)] = 64
    """Of the first layer; they double inwards."""
    slope: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """Of leaky ReLU below zero."""


class Reconstruct(Record, frozen=True, kw_only=True, tag_field="name", tag="reconstruct"):
    """Mean squared error between input and output, pixels in [0, 1]."""


class NonSaturating(Record, frozen=True, kw_only=True, tag_field="name", tag="non-saturating"):
    """Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))."""

    real_label: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """0.9 smooths one side; 1 does not."""


class Watch(Record, frozen=True, kw_only=True):
    """How closely the run is watched. Nobody needs to touch these."""

    samples: Annotated[int, Meta(ge=64, le=8192)] = 512
    """Per diversity check."""
    every: Seconds = 5.0
    """Seconds between diversity checks, at least."""
    budget: Annotated[float, Meta(gt=0, le=1)] = 0.01
    """Share of training time for checks."""
    diversity_alarm: Fraction = 0.6
    """Of real data's coverage: alarm below."""
    diversity_clear: Fraction = 0.75
    """Of real data's coverage: clear above."""
    patience: Annotated[int, Meta(ge=1, le=100)] = 3
    """Checks in a row before an alarm."""


class Keep(Record, frozen=True, kw_only=True):
    """What the run's folder keeps."""

    frames: Seconds = 2.0
    """Seconds between frames, at least."""
    images: Annotated[int, Meta(ge=1, le=256)] = 36
    """Images in one frame."""
    checkpoints: Seconds = 120.0
    """Seconds between checkpoints."""
    last: Annotated[int, Meta(ge=1, le=1000)] = 3
    """Checkpoints kept."""


class Settings(Record, frozen=True, kw_only=True, tag_field="kind"):
    """What every preset says, whatever it trains."""

    title: str
    shows: str
    """What one learns from watching it: a sentence or two."""
    look_for: str
    """What to look for on the screen."""
    source: str
    """Where network and settings come from: paper and section."""
    steps: Annotated[int, Meta(ge=1, le=10**9)]
    """Optimiser steps."""
    batch: Annotated[int, Meta(ge=2, le=65_536)]
    """Images per step."""
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 42
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    data: Data = Data()
    watch: Watch = Watch()
    keep: Keep = Keep()


class Autoencoder(Settings, frozen=True, kw_only=True, tag="autoencoder"):
    """Learns codings by reconstructing its input."""

    autoencoder: StackedAutoencoder
    objective: Reconstruct = Reconstruct()


class GAN(Settings, frozen=True, kw_only=True, tag="gan"):
    """A generator against a discriminator."""

    generator: DCGANGenerator
    discriminator: DCGANDiscriminator
    objective: NonSaturating = NonSaturating()


Preset = Autoencoder | GAN
