"""The records of objectives: what a network is asked to get better at."""

from typing import Annotated, Literal

from msgspec import Meta

from presets.records import Fraction, Record, Share, Weight


class Reconstruct(Record, frozen=True, kw_only=True, tag_field="name", tag="reconstruct"):
    """Mean squared error between input and output, pixels in [0, 1]."""


class Denoise(Record, frozen=True, kw_only=True, tag_field="name", tag="denoise"):
    """Give back the clean input from a noisy one (Vincent et al. 2010, JMLR 11, section 3)."""

    noise: Literal["gaussian", "dropout"] = "gaussian"
    """Gaussian noise on every input, or inputs switched off at random."""
    amount: Fraction = 0.1
    """Standard deviation of Gaussian noise; the share of inputs that dropout switches off."""


class SparseL1(Record, frozen=True, kw_only=True, tag_field="name", tag="sparse-l1"):
    """Reconstruction, and the sum of an input's absolute activations times a weight (Géron 2022)."""

    weight: Weight = 1e-4
    """Of the activations."""


class SparseKL(Record, frozen=True, kw_only=True, tag_field="name", tag="sparse-kl"):
    """Reconstruction, and how far each unit's mean activation is from a target (Ng 2011, CS294A, 3)."""

    weight: Weight = 1.5625e-4
    """Times the sum over units. Keras divides an activity penalty by the batch: its 5e-3 / 32."""
    target: Annotated[float, Meta(gt=0, lt=1)] = 0.1
    """The mean activation that every unit shall have."""


class Variational(Record, frozen=True, kw_only=True, tag_field="name", tag="variational"):
    """Reconstruction, and the KL divergence from the prior per pixel (Kingma and Welling 2014, section 3)."""

    beta: Weight = 1.0
    """Weight of the divergence (Higgins et al. 2017)."""


class Adversarial(Record, frozen=True, kw_only=True):
    """What every adversarial objective says."""

    discriminator_steps: Annotated[int, Meta(ge=1, le=100)] = 1
    """For each step of the generator."""
    ema: Share = 0.0
    """Decay of the generator's running average, from which samples are drawn; 0: none."""
    instance_noise: Annotated[float, Meta(ge=0, le=10)] = 0.0
    """Standard deviation of noise on all that the discriminator sees (Sønderby et al. 2017, section 3)."""
    mixed: bool = False
    """Real and fake share one batch of the discriminator, which batch normalisation then tells apart."""


class Logistic(Adversarial, frozen=True, kw_only=True):
    """What both objectives with a discriminator that says probabilities have."""

    real_label: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """0.9 smooths one side; 1 does not."""
    r1: Weight = 0.0
    """Weight of the gradient penalty on real data (Mescheder et al. 2018, arXiv 1801.04406, section 4.1)."""
    r1_every: Annotated[int, Meta(ge=1, le=1000)] = 16
    """Steps from one penalty to the next (Karras et al. 2020, arXiv 1912.04958, appendix B)."""


class NonSaturating(Logistic, frozen=True, kw_only=True, tag_field="name", tag="non-saturating"):
    """Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))."""


class Minimax(Logistic, frozen=True, kw_only=True, tag_field="name", tag="minimax"):
    """Goodfellow et al. 2014, equation 1: the generator minimises log(1 - D(G(z)))."""


class Hinge(Adversarial, frozen=True, kw_only=True, tag_field="name", tag="hinge"):
    """Miyato et al. 2018, arXiv 1802.05957, equations 16 and 17."""


class Wasserstein(Adversarial, frozen=True, kw_only=True, tag_field="name", tag="wasserstein"):
    """WGAN-GP: Gulrajani et al. 2017, arXiv 1704.00028, algorithm 1."""

    penalty: Weight = 10.0
    """Weight of the gradient penalty between real and fake."""


AutoencoderObjective = Reconstruct | Denoise | SparseL1 | SparseKL | Variational
AdversarialObjective = NonSaturating | Minimax | Hinge | Wasserstein
