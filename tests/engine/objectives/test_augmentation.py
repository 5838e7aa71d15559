"""Differentiable augmentation: what it does to an image, and that a discriminator sees nothing else."""

import itertools

import pytest
import torch
from torch import Tensor

from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.objectives.augmentation import augmented, coloured, cut, moved
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import GAN

SMALL = ("generator.channels=4", "discriminator.channels=4")
GANS = ("gan", "dcgan", "conditional-dcgan", "wgan-gp", "sn-hinge", "r1", "pacgan")
MANY = 2000


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def objective(name: str, *words: str) -> Adversarial:
    small = () if name == "gan" else SMALL
    preset = catalogue.load(catalogue.find(name), [*small, "batch=8", "objective.augment=diff", *words])
    assert isinstance(preset, GAN)
    return Adversarial(preset, (1, 28, 28), 10, torch.device("cpu"))


def judged(gan: Adversarial, batch: Tensor) -> list[Tensor]:
    """All that the discriminator is shown in one step."""
    seen: list[Tensor] = []
    gan.discriminator.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach().clone()))
    gan.step(batch, torch.arange(len(batch)) % 10)
    return seen


@pytest.mark.parametrize("name", GANS)
def test_no_image_reaches_the_discriminator_as_it_is(name: str) -> None:
    gan = objective(name)
    rounds = 5 if name == "wgan-gp" else 1
    one = torch.rand(1, 1, 28, 28)
    seen = judged(gan, one.repeat(8 * rounds, 1, 1, 1))
    assert len(seen) >= 2 * rounds + 1
    for shown in seen:
        assert not any(torch.equal(image, one[0] * 2 - 1) for image in shown)
        assert all(not torch.equal(*pair) for pair in itertools.combinations(shown, 2))


def test_real_and_fake_are_cut_alike_in_both_steps() -> None:
    gan = objective("dcgan")
    real, fake, again = judged(gan, torch.rand(8, 1, 28, 28))
    for shown in (real, fake, again):
        assert ((shown == 0).sum((1, 2, 3)) >= 7 * 7).all()
    assert not torch.equal(fake == 0, again == 0)  # drawn anew for the generator's step


def test_a_penalty_is_on_the_images_as_they_were_judged() -> None:
    real, _, slope, *_ = judged(objective("r1", "objective.r1_every=1"), torch.rand(8, 1, 28, 28))
    assert torch.equal(real, slope)


def test_samples_are_drawn_as_the_generator_makes_them() -> None:
    plain = objective("dcgan", "objective.augment=none")
    gan = objective("dcgan")
    gan.generator.load_state_dict(plain.generator.state_dict())
    assert torch.equal(gan.draw(9, seed=1), plain.draw(9, seed=1))


def test_the_gradient_flows_through_to_what_is_still_seen() -> None:
    images = (torch.rand(64, 3, 32, 32) * 2 - 1).requires_grad_(True)
    cut(moved(images)).sum().backward()
    assert images.grad is not None
    assert set(images.grad.unique().tolist()) == {0.0, 1.0}
    kept = images.grad.mean((1, 2, 3))
    assert 0.5 < float(kept.mean()) < 0.85
    images.grad = None
    augmented(images).square().sum().backward()
    assert bool(images.grad.isfinite().all())
    assert bool((images.grad.abs().sum((1, 2, 3)) > 0).all())


def test_an_image_moves_by_up_to_an_eighth_whole_and_the_rest_is_grey() -> None:
    images = torch.zeros(MANY, 1, 24, 16)
    images[:, :, 12, 8] = 1.0
    shown = moved(images)
    assert torch.equal(shown.sum((1, 2, 3)), torch.ones(MANY))
    rows, columns = (shown.sum((1, axis)).argmax(1) for axis in (3, 2))
    assert set(rows.tolist()) == set(range(9, 16))
    assert set(columns.tolist()) == set(range(6, 11))
    edge = moved(torch.ones(MANY, 1, 24, 16)).mean((1, 2, 3))
    assert float(edge.min()) == pytest.approx(21 / 24 * 14 / 16)
    assert float(edge.max()) == 1


@pytest.mark.parametrize(("size", "hole"), [(28, 14), (33, 17), (8, 4)])
def test_a_hole_of_half_the_side_is_cut_anywhere(size: int, hole: int) -> None:
    gone = cut(torch.ones(MANY, 2, size, size)) == 0
    assert torch.equal(gone[:, 0], gone[:, 1])
    heights = gone[:, 0].any(2).sum(1)
    assert int(heights.max()) == hole
    assert int(heights.min()) == hole - hole // 2
    assert bool(gone.any(0).all())


def test_colours_change_within_their_bounds() -> None:
    images = torch.rand(1, 3, 16, 16).repeat(MANY, 1, 1, 1)
    shown, plain = coloured(images), images[:1]
    moves = (shown - plain).mean((1, 2, 3))
    assert -0.5 <= float(moves.min()) < -0.45
    assert 0.45 < float(moves.max()) <= 0.5
    contrast = shown.mean(1).std((1, 2)) / plain.mean(1).std((1, 2))
    assert 0.5 <= float(contrast.min()) < 0.55
    assert 1.45 < float(contrast.max()) <= 1.5
    saturation = (shown - shown.mean(1, keepdim=True)).flatten(1).std(1) / contrast
    saturation = saturation / (plain - plain.mean(1, keepdim=True)).std()
    assert 0 <= float(saturation.min()) < 0.05
    assert 1.95 < float(saturation.max()) < 2.01


def test_the_same_random_numbers_change_images_alike() -> None:
    images = torch.rand(8, 1, 28, 28)
    shown = []
    for _ in range(2):
        torch.manual_seed(3)
        shown.append(augmented(images))
    assert torch.equal(*shown)
    assert not torch.equal(shown[0], augmented(images))


@pytest.mark.parametrize("name", ["ring", "grid-packed", "oscillation"])
def test_points_are_refused_in_a_line(name: str) -> None:
    with pytest.raises(PresetError, match=r"objective.augment = diff needs images, and data.name = \S+ has"):
        catalogue.load(catalogue.find(name), ["objective.augment=diff"])
