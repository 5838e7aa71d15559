"""A running average of a network's weights: samples drawn from it are steadier than from the newest."""

import copy

import torch
from torch import nn


def average_of(network: nn.Module) -> nn.Module:
    """A copy to start from, in evaluation mode and never trained."""
    return copy.deepcopy(network).eval().requires_grad_(False)


@torch.no_grad()
def follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move every number of the average by a share of ``1 - decay`` to the network's; counters are copied.

    Running statistics of batch normalisation are averaged like weights, to which they belong. Source:
    Yazıcı et al. 2019, arXiv 1806.04498, section 3.1.
    """
    mine = [*average.parameters(), *average.buffers()]
    theirs = [*network.parameters(), *network.buffers()]
    pairs = [pair for pair in zip(mine, theirs, strict=True) if pair[0].is_floating_point()]
    torch._foreach_lerp_([own for own, _ in pairs], [new for _, new in pairs], 1 - decay)
    for own, new in zip(mine, theirs, strict=True):
        if not own.is_floating_point():
            own.copy_(new)
