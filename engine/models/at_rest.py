"""A look at what a network makes: it leaves no trace in the training."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from latentop.engine.train import random_state

SEED = 0


@contextmanager
def at_rest(network: nn.Module) -> Iterator[None]:
    """The network in evaluation mode; afterwards the mode of every part, and random numbers, are as before.

    What it draws by itself meanwhile, as noise in its forward pass, is the same at every look.
    """
    modes = {part: part.training for part in network.modules()}
    with random_state.untouched(next(network.parameters()).device):
        random_state.seed(SEED)
        network.eval()
        try:
            yield
        finally:
            for part, training in modes.items():
                part.training = training
