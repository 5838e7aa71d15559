"""Five families of losses, as loops print them; each takes and gives a number for every member."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import relu, softplus


@dataclass(frozen=True, slots=True)
class Family:
    """``discriminator(real, fake)`` and ``generator(fake)`` of scores (members, batch, 1): (members,)."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    logistic: bool = False


def _mean(values: Tensor) -> Tensor:
    return values.mean((1, 2))


def _logistic(real: Tensor, fake: Tensor) -> Tensor:
    return _mean(softplus(-real)) + _mean(softplus(fake))


FAMILIES = {
    "non-saturating": Family(_logistic, lambda fake: _mean(softplus(-fake)), logistic=True),
    "saturating": Family(_logistic, lambda fake: -_mean(softplus(fake)), logistic=True),
    "hinge": Family(
        lambda real, fake: _mean(relu(1 - real)) + _mean(relu(1 + fake)), lambda fake: -_mean(fake)
    ),
    "least squares": Family(
        lambda real, fake: 0.5 * (_mean((real - 1) ** 2) + _mean(fake**2)),
        lambda fake: _mean((fake - 1) ** 2),
    ),
    "wasserstein": Family(lambda real, fake: _mean(fake) - _mean(real), lambda fake: -_mean(fake)),
}
