"""The networks of autoencoders: shapes, sizes as in the notebook, and weights that are really tied."""

import pytest
import torch
from torch import nn

from latentop.engine.models import build
from latentop.engine.run.errors import UsageError
from latentop.presets import catalogue
from latentop.presets.networks import (
    ConvolutionalAutoencoder,
    ConvolutionalLayers,
    ConvolutionalVariationalAutoencoder,
    RecurrentAutoencoder,
    StackedAutoencoder,
)
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Autoencoder

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


SIDES = (16, 28, 32, 33, 48, 64, 100, 128, 256)
CONVOLUTIONAL = (ConvolutionalAutoencoder, ConvolutionalVariationalAutoencoder)


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("record", CONVOLUTIONAL)
def test_a_convolutional_network_takes_images_of_any_size_and_colour(
    record: type[ConvolutionalLayers], side: int, colours: int
) -> None:
    model, images = (
        build(record(lr=1e-3, latent_dim=5), (colours, side, side), 0),
        torch.rand(2, colours, side, side),
    )
    codings = model.get_submodule("encoder")(images)
    assert codings.shape == (2, 5)
    assert model(images).shape == images.shape
    assert (codings[0] - codings[1]).abs().max() > 0


@pytest.mark.parametrize("layers", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("size", [(64, 64), (100, 71), (28, 40)])
def test_a_convolutional_network_of_two_to_six_layers(size: tuple[int, int], layers: int) -> None:
    spec = ConvolutionalAutoencoder(lr=1e-3, channels=(4, 5, 6, 7, 8, 9)[:layers])
    if min(size) >> layers:
        assert build(spec, (3, *size), 0)(torch.rand(2, 3, *size)).shape == (2, 3, *size)
    else:
        with pytest.raises(UsageError, match="28 pixels so often"):
            build(spec, (3, *size), 0)


@pytest.mark.parametrize("layers", [1, 7])
def test_other_numbers_of_layers_are_refused(layers: int) -> None:
    with pytest.raises(PresetError, match=r"autoencoder\.channels"):
        catalogue.load(catalogue.find("convolutional"), [f"autoencoder.channels={[8] * layers}"])


@pytest.mark.parametrize("side", SIDES)
def test_the_map_before_the_codings_is_small(side: int) -> None:
    model = build(ConvolutionalAutoencoder(lr=1e-3, channels=(4, 8)), (1, side, side), 0)
    (dense,) = (one for one in model.get_submodule("encoder").modules() if isinstance(one, nn.Linear))
    assert 8 * 4**2 <= dense.in_features <= 8 * 7**2


@pytest.mark.parametrize("side", [28, 256])
@pytest.mark.parametrize("record", CONVOLUTIONAL)
def test_a_deep_network_begins_with_signals_that_neither_die_nor_explode(
    record: type[ConvolutionalLayers], side: int
) -> None:
    torch.manual_seed(0)
    model = build(record(lr=1e-3, channels=(16, 32)), (3, side, side), 0)
    images = torch.rand(8, 3, side, side)
    codings = model.get_submodule("encoder")(images)
    assert 0.03 < codings.std() < 10
    assert 0.01 < model.get_submodule("decoder")(torch.randn(8, 30)).std() < 1


def test_an_image_too_small_for_its_layers_is_refused_in_a_line() -> None:
    spec = ConvolutionalVariationalAutoencoder(lr=1e-3, channels=(4, 4, 4, 4, 4))
    with pytest.raises(UsageError, match="5 layers can't halve 24×16 pixels so often") as caught:
        build(spec, (1, 16, 24), 0)
    assert caught.value.hint == "list 4 channels at most, or choose larger images"


def test_the_books_network_is_as_it_was() -> None:
    """Checkpoints of 28 × 28 pixels hold these weights."""
    names = {
        name: tuple(value.shape)
        for name, value in build(ConvolutionalAutoencoder(lr=1e-3), IMAGE, 0).state_dict().items()
    }
    assert names == {
        "encoder.0.weight": (16, 1, 3, 3),
        "encoder.0.bias": (16,),
        "encoder.3.weight": (32, 16, 3, 3),
        "encoder.3.bias": (32,),
        "encoder.6.weight": (64, 32, 3, 3),
        "encoder.6.bias": (64,),
        "encoder.9.weight": (30, 64, 3, 3),
        "encoder.9.bias": (30,),
        "decoder.0.weight": (144, 30),
        "decoder.0.bias": (144,),
        "decoder.2.weight": (16, 32, 3, 3),
        "decoder.2.bias": (32,),
        "decoder.4.weight": (32, 16, 3, 3),
        "decoder.4.bias": (16,),
        "decoder.6.weight": (16, 1, 3, 3),
        "decoder.6.bias": (1,),
    }
