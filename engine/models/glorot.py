"""Glorot's uniform initialisation and biases at zero: Keras' own for dense and convolutional layers."""

from torch import nn


def glorot(module: nn.Module) -> None:
    """Initialise one layer (for ``Module.apply``): Glorot and Bengio 2010, section 4.2.1, equation 16."""
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def activation(name: str) -> nn.Module:
    """The activation that a record names: relu, sigmoid or linear."""
    known: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "linear": nn.Identity}
    return known[name]()
