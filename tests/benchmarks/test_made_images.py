"""Images whose modes are known exactly: what is drawn is told again, and what is none of them is not."""

import numpy as np
import pytest
import torch

from benchmarks.made_images import KINDS, RAREST, MadeModes, draw, names, shares


@pytest.mark.parametrize("modes", KINDS)
def test_the_mode_of_nearly_every_image_is_told_in_pixels(modes: int) -> None:
    images, labels = draw(modes, 1000, seed=1)
    called, good = MadeModes.of(modes, tail=False)(images)
    assert (called == labels).double().mean() > 0.995
    assert good.double().mean() > 0.995
    assert len(set(names(modes))) == modes


def test_what_is_no_mode_is_no_good_image() -> None:
    tell = MadeModes.of(30, tail=False)
    images, labels = draw(30, 400, seed=2)
    other = (labels[:, None] % 2 != labels[None, :] % 2).double().argmax(1)  # at the other place
    source = torch.Generator().manual_seed(0)
    for spoiled in (
        torch.full_like(images, 0.5),
        torch.rand(images.shape, generator=source),
        (images + images[other]) / 2,
        images.mean(0, keepdim=True).expand_as(images),
    ):
        assert tell(spoiled)[1].double().mean() < 0.05


def test_a_faded_or_noisy_image_of_a_mode_still_is_one() -> None:
    images, labels = draw(8, 400, seed=3)
    noisy = images + 0.05 * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
    for worse in (noisy, 0.5 + 0.8 * (images - 0.5)):
        called, good = MadeModes.of(8, tail=False)(worse)
        assert (called == labels).double().mean() > 0.98
        assert good.double().mean() > 0.95


@pytest.mark.slow
def test_a_long_tail_has_the_shares_that_it_says() -> None:
    expected = shares(30, tail=True)
    assert float(expected.max() / expected.min()) == pytest.approx(RAREST)
    assert float(expected.sum()) == pytest.approx(1)
    _, labels = draw(30, 20_000, seed=4, tail=True)
    found = torch.bincount(labels, minlength=30).double() / 20_000
    assert np.allclose(found, expected, atol=5 * np.sqrt(expected.numpy().max() / 20_000))
    assert torch.equal(MadeModes.of(30, tail=True).expected, expected)


def test_the_same_seed_draws_the_same_images() -> None:
    assert torch.equal(draw(8, 20, seed=5)[0], draw(8, 20, seed=5)[0])
    assert not torch.equal(draw(8, 20, seed=5)[0], draw(8, 20, seed=6)[0])
