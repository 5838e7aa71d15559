"""The networks of autoencoders: shapes, sizes as in the notebook, and weights that are really tied."""

import pytest
import torch
from torch import nn

from engine.models import build
from engine.run.errors import UsageError
from presets import catalogue
from presets.networks import ConvolutionalAutoencoder, RecurrentAutoencoder, StackedAutoencoder
from presets.schema import Autoencoder

IMAGE = (1, 28, 28)
SIZES = {
    # By hand from the layers that Géron's notebook lists, each with its biases.
    "stacked": (784 * 100 + 100) + (100 * 30 + 30) + (30 * 100 + 100) + (100 * 784 + 784),
    "stacked-tied": (784 * 100 + 100) + (100 * 30 + 30) + 100 + 784,
    "convolutional": (160 + 4640 + 18_496 + 17_310) + (30 * 144 + 144) + (4640 + 4624 + 145),
    "recurrent": (51_600 + 15_720) + (52_400 + 2828),
    "sparse-l1": (784 * 100 + 100) + (100 * 300 + 300) + (300 * 100 + 100) + (100 * 784 + 784),
    "vae": (784 * 150 + 150)
    + (150 * 100 + 100)
    + 2 * (100 * 10 + 10)
    + (10 * 100 + 100)
    + (100 * 150 + 150)
    + (150 * 784 + 784),
}


def network(name: str) -> nn.Module:
    preset = catalogue.load(catalogue.find(name))
    assert isinstance(preset, Autoencoder)
    return build(preset.autoencoder, IMAGE, 10)


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_as_many_parameters_as_the_notebooks_network(name: str, size: int) -> None:
    trained = [one for one in network(name).parameters() if one.requires_grad]
    assert sum(one.numel() for one in trained) == size


@pytest.mark.parametrize("name", SIZES)
def test_images_to_codings_and_back(name: str) -> None:
    model, images = network(name), torch.rand(5, *IMAGE)
    preset = catalogue.load(catalogue.find(name))
    assert isinstance(preset, Autoencoder)
    codings = model.get_submodule("encoder")(images)
    assert codings.shape == (5, preset.autoencoder.latent_dim)
    assert model.get_submodule("decoder")(codings).shape == images.shape
    assert torch.equal(model.get_submodule("decoder")(codings), model(images))


def test_stacked_takes_colour_and_points() -> None:
    spec = StackedAutoencoder(lr=1e-3, hidden=(), latent_dim=2)
    for shape in ((3, 16, 8), (3,)):
        assert build(spec, shape, 0)(torch.rand(4, *shape)).shape == (4, *shape)


def test_tied_weights_are_the_encoders_own() -> None:
    model = build(StackedAutoencoder(lr=1e-3, hidden=(20,), latent_dim=5, tied=True), IMAGE, 0)
    codings = torch.rand(3, 5)
    before = model.get_submodule("decoder")(codings)
    with torch.no_grad():
        for layer in model.get_submodule("encoder"):  # type: ignore[union-attr]
            if isinstance(layer, nn.Linear):
                layer.weight.mul_(2)
    assert not torch.allclose(model.get_submodule("decoder")(codings), before)
    names = [name for name in model.state_dict() if "weight" in name]
    assert len(names) == 2  # one for each layer of the encoder, none for the decoder


def test_a_tied_linear_network_is_its_own_transpose() -> None:
    spec = StackedAutoencoder(
        lr=1e-3, hidden=(6,), latent_dim=2, activation="linear", codings="linear", tied=True
    )
    model = build(spec, (8,), 0)
    down = model.get_submodule("encoder")(torch.eye(8))  # biases are zero at first
    up = model.get_submodule("decoder")(torch.eye(2))
    assert torch.allclose(down, up.T, atol=1e-6)


def test_a_recurrent_network_starts_as_keras_does() -> None:
    model = build(RecurrentAutoencoder(lr=1e-3, hidden=100, latent_dim=30), IMAGE, 0)
    lstm = model.get_submodule("encoder.first")
    assert isinstance(lstm, nn.LSTM)
    recurrent = lstm.weight_hh_l0
    assert torch.allclose(recurrent.T @ recurrent, torch.eye(100), atol=1e-5)
    bias = lstm.bias_ih_l0 + lstm.bias_hh_l0
    assert torch.equal(bias.reshape(4, 100).mean(1), torch.tensor([0.0, 1.0, 0.0, 0.0]))


def test_a_convolutional_network_says_which_images_it_takes() -> None:
    with pytest.raises(UsageError, match="not 32×32"):
        build(ConvolutionalAutoencoder(lr=1e-3), (3, 32, 32), 0)
