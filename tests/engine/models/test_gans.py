"""Networks of GANs: shapes, ranges, initialisation, and what they are told."""

import math

import pytest
import torch
from torch import nn

from latentop.engine.models import build
from latentop.engine.models.packing import beside, packed
from latentop.engine.run.errors import UsageError
from latentop.presets.networks import (
    DCGANDiscriminator,
    DCGANGenerator,
    DenseDiscriminator,
    DenseGenerator,
    DiracDiscriminator,
    DiracGenerator,
    PointDiscriminator,
    PointGenerator,
)

GREY = (1, 28, 28)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize(
    "shape", [GREY, (3, 32, 32), (3, 64, 64), (1, 8, 8), (3, 33, 33), (1, 100, 75), (3, 256, 256)]
)
@pytest.mark.parametrize("normalisation", ["batch", "layer", "spectral", "none"])
def test_dcgan_draws_and_judges_images_of_any_size(shape: tuple[int, ...], normalisation: str) -> None:
    inside = "none" if normalisation == "none" else "batch"
    generator = build(DCGANGenerator(lr=1e-3, channels=4, latent_dim=7, normalisation=inside), shape, 0)
    discriminator = build(DCGANDiscriminator(lr=1e-3, channels=4, normalisation=normalisation), shape, 0)
    images = generator(torch.randn(6, 7))
    assert images.shape == (6, *shape)
    assert images.abs().max() <= 1
    assert discriminator(images).shape == (6,)


def test_a_conditional_dcgan_heeds_the_class_in_both_networks() -> None:
    generator = build(DCGANGenerator(lr=1e-3, channels=4, conditional=True), GREY, 10).eval()
    discriminator = build(DCGANDiscriminator(lr=1e-3, channels=4, conditional=True), GREY, 10).eval()
    codings = torch.randn(1, 100).expand(10, -1)
    images = generator(codings, torch.arange(10))
    assert len(torch.unique(images, dim=0)) == 10
    same = images[:1].expand(10, -1, -1, -1)
    assert len(torch.unique(discriminator(same, torch.arange(10)))) == 10


def test_a_conditional_network_without_classes_is_refused() -> None:
    with pytest.raises(UsageError, match="needs classes"):
        build(DCGANGenerator(lr=1e-3, conditional=True), GREY, 0)


def test_packing_joins_neighbours_channel_by_channel() -> None:
    images = torch.arange(4 * 2 * 3 * 3.0).reshape(4, 2, 3, 3)
    joined = packed(images, 2)
    assert joined.shape == (2, 4, 3, 3)
    assert torch.equal(joined[1, :2], images[2])
    assert torch.equal(joined[1, 2:], images[3])
    assert packed(torch.zeros(6, 2), 3).shape == (2, 6)
    assert packed(images, 1) is images


def test_classes_stand_beside_images_as_channels() -> None:
    told = beside(torch.zeros(2, 1, 3, 3), torch.tensor([2, 0]), 3)
    assert told.shape == (2, 4, 3, 3)
    assert told[0].sum((1, 2)).tolist() == [0, 0, 0, 9]
    assert told[1].sum((1, 2)).tolist() == [0, 9, 0, 0]


@pytest.mark.parametrize("pack", [1, 2, 4])
def test_packed_discriminators_give_one_logit_a_pack(pack: int) -> None:
    networks = [
        (build(DCGANDiscriminator(lr=1e-3, channels=4, pack=pack), GREY, 0), torch.randn(8, *GREY)),
        (build(DenseDiscriminator(lr=1e-3, pack=pack), GREY, 0), torch.randn(8, *GREY)),
        (build(PointDiscriminator(lr=1e-3, pack=pack), (2,), 0), torch.randn(8, 2)),
    ]
    for network, samples in networks:
        assert network(samples).shape == (8 // pack,)


def test_the_dense_gan_is_the_books() -> None:
    generator = build(DenseGenerator(lr=1e-3), GREY, 0)
    discriminator = build(DenseDiscriminator(lr=1e-3), GREY, 0)
    for network, sizes in ((generator, [100, 150, 784]), (discriminator, [150, 100, 1])):
        *hidden, last = [module for module in network.modules() if isinstance(module, nn.Linear)]
        assert [layer.out_features for layer in (*hidden, last)] == sizes
        for layer in hidden:  # He et al. 2015: the standard deviation is √(2 / inputs)
            assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / layer.in_features), rel=0.1)
        # Glorot and Bengio 2010: uniform up to √(6 / (inputs + outputs))
        bound = math.sqrt(6 / (last.in_features + last.out_features))
        assert last.weight.abs().max().item() == pytest.approx(bound, rel=0.05)
    images = generator(torch.randn(5, 30))
    assert images.shape == (5, *GREY)
    assert -1 <= images.min() < images.max() <= 1
    assert discriminator(images).shape == (5,)


def test_the_point_networks_are_pacgans() -> None:
    generator = build(PointGenerator(lr=1e-4), (2,), 0)
    discriminator = build(PointDiscriminator(lr=1e-4), (2,), 0)
    assert sum(isinstance(module, nn.BatchNorm1d) for module in generator.modules()) == 4
    assert [one.out_features for one in discriminator.modules() if isinstance(one, nn.Linear)] == [
        1000,
        1000,
        1000,
        1,
    ]
    for module in [*generator.modules(), *discriminator.modules()]:
        if isinstance(module, nn.Linear) and module.weight.numel() > 10_000:
            assert module.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert generator(torch.randn(9, 2)).shape == (9, 2)


def test_maxout_takes_the_largest_piece() -> None:
    unit = build(PointDiscriminator(lr=1e-4, hidden=(3,), pieces=4), (2,), 0).get_submodule("layers.0")
    points = torch.randn(5, 2)
    pieces = unit.get_submodule("linear")(points).reshape(5, 3, 4)
    assert torch.equal(unit(points), pieces.max(2).values)


def test_the_dirac_gan_is_two_numbers() -> None:
    generator = build(DiracGenerator(lr=0.1, start=0.5), (1,), 0)
    discriminator = build(DiracDiscriminator(lr=0.1, start=-2.0), (1,), 0)
    points = generator(torch.randn(3, 1))
    assert points.tolist() == [[0.5]] * 3
    assert discriminator(points).tolist() == [-1.0] * 3


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        (DCGANGenerator(lr=1e-3), (2,)),
        (DenseGenerator(lr=1e-3), (2,)),
        (PointGenerator(lr=1e-3), GREY),
        (DiracGenerator(lr=1e-3), (2,)),
        (DCGANGenerator(lr=1e-3), (1, 3, 30)),
    ],
)
def test_networks_for_other_data_are_refused_with_a_hint(spec: object, shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        build(spec, shape, 0)  # type: ignore[arg-type]
    assert refused.value.hint
