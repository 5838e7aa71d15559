"""The records of objectives: what a network is asked to get better at."""

from math import log
from typing import Annotated, Literal

from latentop.presets.records import Fraction, Record, Share, Weight, means


class Reconstruct(Record, frozen=True, kw_only=True, tag_field="name", tag="reconstruct"):
    """Mean squared error between input and output, pixels in [0, 1]."""


class Denoise(Record, frozen=True, kw_only=True, tag_field="name", tag="denoise"):
    """Give back the clean input from a noisy one (Vincent et al. 2010, JMLR 11, section 3)."""

    noise: Annotated[
        Literal["gaussian", "dropout"],
        means("Gaussian noise on every input, or inputs switched off at random."),
    ] = "gaussian"
    amount: Annotated[
        Fraction,
        means("Standard deviation of Gaussian noise; the share of inputs that dropout switches off."),
    ] = 0.1

    def __post_init__(self) -> None:
        if self.noise == "dropout" and self.amount == 1:
            raise ValueError("noise = dropout switches off every input with amount = 1")


class SparseL1(Record, frozen=True, kw_only=True, tag_field="name", tag="sparse-l1"):
    """Reconstruction, and the sum of an input's absolute activations times a weight (Géron 2022)."""

    weight: Annotated[Weight, means("Of the activations.")] = 1e-4


class SparseKL(Record, frozen=True, kw_only=True, tag_field="name", tag="sparse-kl"):
    """Reconstruction, and how far each unit's mean activation is from a target (Ng 2011, CS294A, 3)."""

    weight: Annotated[
        Weight,
        means("Times the sum over units. Keras divides an activity penalty by the batch: its 5e-3 / 32."),
    ] = 1.5625e-4
    target: Annotated[float, means("The mean activation that every unit shall have.", gt=0, lt=1)] = 0.1


class Variational(Record, frozen=True, kw_only=True, tag_field="name", tag="variational"):
    """Reconstruction, and the KL divergence from the prior per pixel (Kingma and Welling 2014, section 3)."""

    beta: Annotated[Weight, means("Weight of the divergence (Higgins et al. 2017).")] = 1.0


class Adversarial(Record, frozen=True, kw_only=True):
    """What every adversarial objective says."""

    discriminator_steps: Annotated[int, means("For each step of the generator.", ge=1, le=100)] = 1
    ema: Annotated[
        Share, means("Decay of the generator's running average, from which samples are drawn; 0: none.")
    ] = 0.0
    instance_noise: Annotated[
        float,
        means(
            "Standard deviation of noise on all that the discriminator sees (Sønderby et al. 2017,"
            " section 3).",
            ge=0,
            le=10,
        ),
    ] = 0.0
    mixed: Annotated[
        bool,
        means(
            "Real and fake share one batch of the discriminator, which batch normalisation then tells apart."
        ),
    ] = False
    augment: Annotated[
        Literal["none", "diff"],
        means(
            "diff: real and fake images reach the discriminator changed in colour, place and by a cut-out,"
            " which helps with few images (Zhao et al. 2020, arXiv 2006.10738)."
        ),
    ] = "none"

    @property
    def least_loss(self) -> float:
        """What no discriminator's loss gets below, in nats; 0 of critics, where nothing is known of it."""
        return 0.0


class Logistic(Adversarial, frozen=True, kw_only=True):
    """What both objectives with a discriminator that says probabilities have."""

    real_label: Annotated[float, means("0.9 smooths one side; 1 does not.", gt=0, le=1)] = 1.0
    r1: Annotated[
        Weight,
        means(
            "Weight of the gradient penalty on real data (Mescheder et al. 2018, arXiv 1801.04406,"
            " section 4.1)."
        ),
    ] = 0.0
    r1_every: Annotated[
        int,
        means(
            "Steps from one penalty to the next (Karras et al. 2020, arXiv 1912.04958, appendix B).",
            ge=1,
            le=1000,
        ),
    ] = 16

    @property
    def least_loss(self) -> float:
        """The entropy of the labels: smoothed ones leave no discriminator without loss."""
        return sum(-share * log(share) for share in (self.real_label, 1 - self.real_label) if share)


class NonSaturating(Logistic, frozen=True, kw_only=True, tag_field="name", tag="non-saturating"):
    """Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))."""


class Minimax(Logistic, frozen=True, kw_only=True, tag_field="name", tag="minimax"):
    """Goodfellow et al. 2014, equation 1: the generator minimises log(1 - D(G(z)))."""


class Hinge(Adversarial, frozen=True, kw_only=True, tag_field="name", tag="hinge"):
    """Miyato et al. 2018, arXiv 1802.05957, equations 16 and 17."""


class Wasserstein(Adversarial, frozen=True, kw_only=True, tag_field="name", tag="wasserstein"):
    """WGAN-GP: Gulrajani et al. 2017, arXiv 1704.00028, algorithm 1."""

    penalty: Annotated[Weight, means("Weight of the gradient penalty between real and fake.")] = 10.0


AutoencoderObjective = Reconstruct | Denoise | SparseL1 | SparseKL | Variational
AdversarialObjective = NonSaturating | Minimax | Hinge | Wasserstein
