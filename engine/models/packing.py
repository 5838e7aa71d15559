"""What adversarial networks of several families share: packed samples, and classes as numbers."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def packed(samples: Tensor, pack: int) -> Tensor:
    """Join every ``pack`` neighbours, ``(batch, channels, …)`` to ``(batch / pack, pack · channels, …)``.

    A discriminator that judges several samples at once sees that they are alike, and so a lack of diversity
    (Lin et al. 2018, PacGAN, arXiv 1712.04086, section 2). The batch must divide evenly.
    """
    return samples if pack == 1 else samples.reshape(len(samples) // pack, -1, *samples.shape[2:])


def beside(samples: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Samples ``(batch, channels, …)`` with their classes as further channels, 1 for the own class, else 0.

    Source: Mirza and Osindero 2014, arXiv 1411.1784, section 3.2.
    """
    told = one_hot(labels, classes).to(samples.dtype)
    told = told.reshape(*told.shape, *(1 for _ in samples.shape[2:])).expand(-1, -1, *samples.shape[2:])
    return torch.cat([samples, told], 1)
