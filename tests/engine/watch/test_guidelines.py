"""DCGAN's guidelines on real modules: kept by the DCGAN, broken where one breaks them."""

import pytest
from torch import nn

from latentop.engine.models import build
from latentop.engine.watch.signals.guidelines import check
from latentop.presets import catalogue
from latentop.presets.schema import GAN


def networks(name: str) -> dict[str, nn.Module]:
    preset = catalogue.load(catalogue.find(name))
    assert isinstance(preset, GAN)
    return {
        "generator": build(preset.generator, (1, 28, 28), 10),
        "discriminator": build(preset.discriminator, (1, 28, 28), 10),
    }


def broken(parts: dict[str, nn.Module]) -> list[str]:
    return [line for line in check(parts) if line.startswith("broken: ")]


def generator(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(nn.ConvTranspose2d(8, 8, 4), *layers)


def test_the_dcgan_keeps_them_all() -> None:
    lines = check(networks("dcgan"))
    assert len(lines) == 6
    assert all(line.startswith("kept: ") for line in lines)


def test_another_normalisation_is_found_where_it_is() -> None:
    for name in ("wgan-gp", "sn-hinge", "r1"):
        assert broken(networks(name)) == [
            "broken: batch normalisation in both networks (in discriminator.layers.2)"
        ]


def test_other_gans_are_not_held_to_them() -> None:
    assert check(networks("gan")) == ()
    assert check({"autoencoder": nn.Conv2d(1, 1, 1)}) == ()


def test_pooling_dense_layers_and_other_activations_are_named() -> None:
    parts = networks("dcgan") | {
        "discriminator": nn.Sequential(
            nn.Conv2d(1, 8, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(8 * 13 * 13, 10),
            nn.LeakyReLU(),
            nn.Linear(10, 1),
        )
    }
    assert broken(parts) == [
        "broken: strides in place of pooling and upsampling (in discriminator.2)",
        "broken: no dense hidden layers (in discriminator.4)",
        "broken: leaky ReLU in the discriminator (in discriminator.1)",
    ]


def test_normalised_ends_are_named() -> None:
    parts = {
        "generator": generator(
            nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4), nn.BatchNorm2d(1), nn.Tanh()
        ),
        "discriminator": nn.Sequential(
            nn.Conv2d(1, 8, 4), nn.BatchNorm2d(8), nn.LeakyReLU(), nn.Conv2d(8, 1, 4)
        ),
    }
    assert broken(parts) == [
        "broken: no batch normalisation on the generator's output nor the discriminator's input "
        "(in generator.3, discriminator.0)"
    ]


def test_a_generator_without_tanh_is_named() -> None:
    layers = nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4)
    parts = networks("dcgan") | {"generator": generator(*layers)}
    assert broken(parts) == ["broken: ReLU in the generator, tanh on its output (in generator.3)"]
    parts = networks("dcgan") | {"generator": generator(*layers, nn.Sigmoid())}
    assert broken(parts) == ["broken: ReLU in the generator, tanh on its output (in generator.4)"]


@pytest.mark.parametrize("after", [nn.BatchNorm2d(1), nn.Flatten()])
def test_what_else_follows_the_last_convolution_is_no_tanh(after: nn.Module) -> None:
    layers = nn.BatchNorm2d(8), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4), after
    found = broken(networks("dcgan") | {"generator": generator(*layers)})
    assert found[-1] == "broken: ReLU in the generator, tanh on its output (in generator.3)"
    found = broken(networks("dcgan") | {"generator": generator(*layers[:3], nn.Tanh(), nn.Flatten())})
    assert found == []


def test_networks_without_any_activation_are_told_so() -> None:
    parts = {
        "generator": generator(nn.BatchNorm2d(8), nn.ConvTranspose2d(8, 1, 4), nn.Tanh()),
        "discriminator": nn.Sequential(nn.Conv2d(1, 8, 4), nn.Conv2d(8, 1, 4)),
    }
    assert broken(parts) == [
        "broken: ReLU in the generator, tanh on its output (no ReLU in generator)",
        "broken: leaky ReLU in the discriminator (no leaky ReLU in discriminator)",
    ]


@pytest.mark.parametrize("other", [nn.PReLU(), nn.Hardtanh(), nn.Mish(), nn.ReLU6()])
def test_every_other_activation_is_named(other: nn.Module) -> None:
    parts = {
        "generator": generator(nn.BatchNorm2d(8), other, nn.ConvTranspose2d(8, 1, 4), nn.Tanh()),
        "discriminator": nn.Sequential(nn.Conv2d(1, 8, 4), other, nn.Conv2d(8, 1, 4)),
    }
    assert broken(parts) == [
        "broken: ReLU in the generator, tanh on its output (in generator.2)",
        "broken: leaky ReLU in the discriminator (in discriminator.1)",
    ]


def test_an_activation_that_is_used_twice_works_in_both_places() -> None:
    relu = nn.ReLU()
    first = nn.BatchNorm2d(8), relu, nn.ConvTranspose2d(8, 8, 4), nn.BatchNorm2d(8)
    parts = networks("dcgan") | {"generator": generator(*first, relu, nn.ConvTranspose2d(8, 1, 4), relu)}
    assert broken(parts) == ["broken: ReLU in the generator, tanh on its output (in generator.7)"]


def test_batch_normalisation_of_the_images_themselves_is_named() -> None:
    first = nn.BatchNorm2d(1), nn.Conv2d(1, 8, 4), nn.LeakyReLU(), nn.Conv2d(8, 1, 4)
    assert broken(networks("dcgan") | {"discriminator": nn.Sequential(*first)}) == [
        "broken: no batch normalisation on the generator's output nor the discriminator's input "
        "(in discriminator.0)"
    ]
