"""What a network is shown of leaves no trace in its training, whatever its author does in it."""

import time
from pathlib import Path

import pytest
import torch
from torch import nn

from latentop.engine.data import load
from latentop.engine.models.at_rest import at_rest
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue

CPU = torch.device("cpu")
OWN = """
# /// latentop
# kind = "gan"
# title = "Mine"
# shows = "It."
# look_for = "It."
# source = "Me."
# steps = 6
# batch = 16
# [generator]
# network = "own"
# class = "Generator"
# latent_dim = 4
# lr = 1e-3
# [discriminator]
# network = "own"
# class = "Discriminator"
# lr = 1e-3
# [data]
# name = "ring"
# points = 1000
# ///
import torch
from torch import nn


class Generator(nn.Module):
    def __init__(self, shape, latent_dim):
        super().__init__()
        self.layer = nn.Linear(latent_dim, *shape)

    def forward(self, codings):
        return self.layer(codings + torch.randn_like(codings))


class Discriminator(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(*shape, 16), nn.BatchNorm1d(16)).requires_grad_(False).eval()
        self.layer = nn.Linear(16, 1)

    def forward(self, data):
        return self.layer(self.features(data))
"""


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    (tmp_path / "mine.py").write_text(OWN, encoding="utf-8")
    preset = catalogue.load(catalogue.find(str(tmp_path / "mine.py")))
    return Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)


def weights(network: nn.Module) -> list[float]:
    return [float(value.double().sum()) for value in network.state_dict().values()]


def test_what_its_author_froze_stays_as_it_is(trainer: Trainer) -> None:
    network = trainer.objective.networks["discriminator"]
    features, layer = network.get_submodule("features"), network.get_submodule("layer")
    frozen, learned = weights(features), weights(layer)
    list(trainer.run())
    assert weights(features) == frozen
    assert weights(layer) != learned
    assert not features.training


def test_a_network_that_draws_random_numbers_is_shown_as_often_as_one_likes(trainer: Trainer) -> None:
    gan = trainer.objective
    assert isinstance(gan, Adversarial)
    torch.manual_seed(3)
    following = torch.rand(4)
    torch.manual_seed(3)
    drawn = gan.draw(8, seed=1)
    assert torch.equal(torch.rand(4), following)
    assert torch.equal(gan.draw(8, seed=1), drawn)


def test_every_part_is_afterwards_in_the_mode_that_it_was_in() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.Dropout().eval())
    with at_rest(network):
        assert not any(part.training for part in network.modules())
    assert [part.training for part in network.modules()] == [True, True, False]
