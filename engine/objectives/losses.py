"""What generator and discriminator get better at: one class a pair of losses, from scores ``(batch,)``.

A probabilistic discriminator's scores are logits, and its series ``score/…`` are probabilities. A critic's
scores have no unit: they only say which of two samples looks more real.
"""

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor
from torch.nn.functional import relu, softplus

from latentop.presets.objectives import AdversarialObjective, Hinge, Minimax, NonSaturating, Wasserstein


class Loss(Protocol):
    """A pair of losses, both to be made small."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """0-d, from the scores of real and of fake samples."""
        ...

    def generator(self, fake: Tensor) -> Tensor:
        """0-d, from the scores of fake samples."""
        ...

    def series(self, real: Tensor, fake: Tensor) -> Mapping[str, Tensor]:
        """What the scores say to people: 0-d series."""
        ...


class NonSaturatingLoss:
    """Cross-entropy; the generator maximises log D(G(z)): Goodfellow et al. 2014, section 3.

    The discriminator's is the sum over real and fake, 2 ln 2 where it can't tell them apart.
    """

    def __init__(self, real_label: float) -> None:
        self._real_label = real_label

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """0 or more; real samples have the label ``real_label`` (Salimans et al. 2016, section 3.4)."""
        real_loss = softplus(-real).mean() + (1 - self._real_label) * real.mean()
        return real_loss + softplus(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """0 or more, ln 2 where the discriminator is undecided."""
        return softplus(-fake).mean()

    def series(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Mean probabilities of being real, and the share of right decisions, all in [0, 1]."""
        right = (real > 0).float().mean() + (fake < 0).float().mean()
        return {
            "score/real": real.sigmoid().mean(),
            "score/fake": fake.sigmoid().mean(),
            "accuracy/discriminator": right / 2,
        }


class MinimaxLoss(NonSaturatingLoss):
    """The game as first defined, of one sum: Goodfellow et al. 2014, equation 1."""

    def generator(self, fake: Tensor) -> Tensor:
        """0 or less; its slope vanishes where the discriminator is sure of itself."""
        return -softplus(fake).mean()


class WassersteinLoss:
    """The distance between real and fake as a critic sees it (Arjovsky et al. 2017, section 3)."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Any number; minus this is the distance. A penalty keeps the critic's slope near one."""
        return fake.mean() - real.mean()

    def generator(self, fake: Tensor) -> Tensor:
        """Any number: it drifts with the critic and says little by itself."""
        return -fake.mean()

    def series(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Mean scores, and of all pairs of a real and a fake sample the share that the critic ranks right.

        The share is 0.5 where it can't tell them apart. It is no accuracy: a critic that ranks all pairs
        right still teaches, so that the rule for discriminators that win does not hold for it.
        """
        return {
            "score/real": real.mean(),
            "score/fake": fake.mean(),
            "accuracy/critic": (real.unsqueeze(1) > fake).float().mean(),
        }


class HingeLoss(WassersteinLoss):
    """A critic that is content with a margin of 1: Miyato et al. 2018, arXiv 1802.05957, section 2."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """0 or more, 2 where it can't tell them apart."""
        return relu(1 - real).mean() + relu(1 + fake).mean()


def build_loss(spec: AdversarialObjective) -> Loss:
    """The losses that a preset's objective names."""
    match spec:
        case NonSaturating():
            return NonSaturatingLoss(spec.real_label)
        case Minimax():
            return MinimaxLoss(spec.real_label)
        case Hinge():
            return HingeLoss()
        case Wasserstein():
            return WassersteinLoss()
