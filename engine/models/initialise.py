"""How layers begin: Glorot's uniform weights (Keras' own), or He's normal ones for layers before a ReLU."""

from torch import nn


def glorot(module: nn.Module) -> None:
    """Initialise one layer (for ``Module.apply``): Glorot and Bengio 2010, section 4.2.1, equation 16."""
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def he(module: nn.Module) -> None:
    """Initialise one layer (for ``Module.apply``): He et al. 2015, arXiv 1502.01852, section 2.2."""
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        # torch takes the inputs of a transposed convolution for its outputs.
        swapped = isinstance(module, nn.ConvTranspose2d)
        nn.init.kaiming_normal_(module.weight, mode="fan_out" if swapped else "fan_in", nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def activation(name: str) -> nn.Module:
    """The activation that a record names: relu, sigmoid or linear."""
    known: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "linear": nn.Identity}
    return known[name]()
