"""What is noticed of networks of one's own before they are trained, and that nothing is where all is well."""

import pytest
import torch
from torch import Tensor, nn

from latentop.engine.models.inspection import remarks
from latentop.presets.networks import Own, OwnAutoencoder, OwnDiscriminator, OwnGenerator

SHAPE = (1, 8, 8)
CPU = torch.device("cpu")
GENERATOR = OwnGenerator(made_by="G", latent_dim=4, lr=1e-3)
DISCRIMINATOR = OwnDiscriminator(made_by="D", lr=1e-3)
AUTOENCODER = OwnAutoencoder(made_by="A", latent_dim=4, lr=1e-3)


def generator(*last: nn.Module, scale: float = 1.0) -> nn.Module:
    layers = (nn.Linear(4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 64))
    with torch.no_grad():
        layers[-1].weight *= scale
    return nn.Sequential(*layers, *last, nn.Unflatten(1, SHAPE))


def discriminator(*last: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1), *last)


class Squeezed(nn.Module):
    """Ends in a function, not a module, and changes the shape behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = discriminator()

    def forward(self, images: Tensor) -> Tensor:
        return torch.sigmoid(self.layers(images)).squeeze(1)


class Unused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers, self.forgotten = discriminator(), nn.Linear(3, 3)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.layers(images)
        return logits


def frozen() -> nn.Module:
    network = discriminator()
    for parameter in network[1].parameters():  # type: ignore[index]
        parameter.requires_grad_(False)
    return network


def autoencoder(last: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 64), last, nn.Unflatten(1, SHAPE))


@pytest.mark.parametrize(
    ("network", "spec", "told"),
    [
        (generator(nn.Sigmoid()), GENERATOR, "ends in sigmoid, which gives values from 0 to 1; the images"),
        (
            generator(nn.ReLU()),
            GENERATOR,
            "ends in relu, which gives values from 0 up; the images lie between",
        ),
        (generator(nn.Tanh(), scale=1e4), GENERATOR, "of them lie at these bounds: smaller weights let it"),
        (discriminator(nn.Sigmoid()), DISCRIMINATOR, "from 0 to 1; logits are wanted, which have no bounds"),
        (Squeezed(), DISCRIMINATOR, "D ends in sigmoid, which gives values from 0 to 1; logits are wanted"),
        (frozen(), DISCRIMINATOR, "D does not learn in 1: requires_grad is off there"),
        (Unused(), DISCRIMINATOR, "D does not learn in forgotten: no gradient reaches it"),
        (autoencoder(nn.Tanh()), AUTOENCODER, "the images lie between 0 and 1: end it in Sigmoid"),
    ],
)
def test_what_looks_like_a_slip_is_told(network: nn.Module, spec: Own, told: str) -> None:
    (remark, *_) = remarks(network, spec, SHAPE, CPU)
    assert told in remark


def test_points_have_no_bounds() -> None:
    (remark,) = remarks(generator(nn.Tanh()), GENERATOR, (64,), CPU)
    assert remark.endswith("points have no bounds: leave it out")


@pytest.mark.parametrize(
    ("network", "spec", "shape"),
    [
        (generator(nn.Tanh()), GENERATOR, SHAPE),
        (generator(), GENERATOR, SHAPE),
        (generator(), GENERATOR, (64,)),
        (discriminator(), DISCRIMINATOR, SHAPE),
        (discriminator(nn.Flatten(0)), DISCRIMINATOR, SHAPE),
        (autoencoder(nn.Sigmoid()), AUTOENCODER, SHAPE),
    ],
)
def test_of_what_is_well_nothing_is_said_and_it_stays_as_it_is(
    network: nn.Module, spec: Own, shape: tuple[int, ...]
) -> None:
    before = {name: one.clone() for name, one in network.state_dict().items()}
    drawn = torch.get_rng_state()
    assert remarks(network, spec, shape, CPU) == []
    assert network.training
    assert torch.equal(torch.get_rng_state(), drawn)
    assert all(torch.equal(one, before[name]) for name, one in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
