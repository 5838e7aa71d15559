"""How many samples are near copies of training images."""

from dataclasses import dataclass

from torch import Tensor

from latentop.engine.watch.samples.neighbours import nearest_squared

LOOKED_AT = 128
"""Samples of a batch that copies are looked for among, at most."""
NEAR, NEAREST = 0.5, 0.2
"""A copy lies at most so much of the way to the nearest image that was never trained on: as little as unseen
images seldom do, but never less than the second, for some data have the same image several times."""
CHANCE = 0.01
"""Share of unseen images that may pass for copies."""
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Copies:
    """Compares how far samples are from training images with how far they are from others.

    ``training`` ``(n, d)`` and ``unseen`` ``(m, d)`` are features. A sample is a near copy where the square
    of the one distance is at most ``near`` times the square of the other; ``chance`` is the share of unseen
    images for which that holds. After the tests for copying data of Meehan et al. 2020 (arXiv 2004.05675),
    section 3, which compare the same two distances.
    """

    training: Tensor
    unseen: Tensor
    near: float
    chance: float

    @classmethod
    def among(cls, training: Tensor, unseen: Tensor) -> "Copies":
        """Copies of any of the training images. How near is near is learned from the unseen ones.

        The more training images there are, the nearer is the nearest of them by chance.
        """
        unseen = unseen[: max(2, len(training))]
        if len(unseen) < 2:
            return cls(training=training, unseen=unseen, near=NEAR**2, chance=0.0)
        looked_at = unseen[:LOOKED_AT]
        seen = nearest_squared(looked_at, training)
        others = nearest_squared(looked_at, unseen, without_itself=True)
        shares = seen / others.clamp(min=SMALLEST)
        near = min(NEAR**2, max(NEAREST**2, float(shares.quantile(CHANCE))))
        return cls(
            training=training, unseen=unseen, near=near, chance=float((shares <= near).double().mean())
        )

    def share(self, samples: Tensor) -> float:
        """Share of samples ``(n, d)`` that are near copies, beyond chance: at most 1, about 0 is best."""
        looked_at = samples[:LOOKED_AT]
        seen = nearest_squared(looked_at, self.training)
        others = nearest_squared(looked_at, self.unseen)
        return float((seen <= self.near * others).double().mean()) - self.chance
