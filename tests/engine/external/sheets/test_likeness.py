"""Sheets of images that differ are never told; those that have become alike are."""

import pytest
import torch
from torch import Tensor

from latentop.engine.data import load
from latentop.engine.external.sheets.likeness import LikenessRule, measure
from latentop.presets.data import FashionMNIST

CPU = torch.device("cpu")


def real(count: int = 64, seed: int = 0) -> Tensor:
    images = load(FashionMNIST(), CPU).test
    return images[torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:count]]


def noise(seed: int) -> Tensor:
    return torch.rand((64, 1, 28, 28), generator=torch.Generator().manual_seed(seed))


def told(rule: LikenessRule, sheets: list[Tensor]) -> list[str]:
    found = [measure(one.numpy()) for one in sheets]
    return [rule.take(one) for one in found if one is not None]


@pytest.mark.slow
@pytest.mark.parametrize("sheets", [3, pytest.param(7, marks=pytest.mark.slow)])
def test_from_noise_to_sharp_images_nothing_is_told(sheets: int) -> None:
    early = [noise(seed) for seed in range(sheets)]
    middle = [(1 - mix) * noise(9) + mix * real(seed=3) for mix in torch.linspace(0, 1, sheets).tolist()]
    late = [real(seed=seed) for seed in range(3 * sheets)]
    assert not any(told(LikenessRule(), [*early, *middle, *late]))


@pytest.mark.parametrize(
    "modes", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(4, marks=pytest.mark.slow)]
)
def test_a_collapse_is_told_at_the_third_sheet(modes: int) -> None:
    rule = LikenessRule()
    assert not any(told(rule, [real(seed=seed) for seed in range(6)]))
    jitter = 0.02 * torch.randn((64, 1, 28, 28), generator=torch.Generator().manual_seed(1))
    collapsed = (real(modes, seed=7).repeat(64 // modes, 1, 1, 1) + jitter).clamp(0, 1)
    said = told(rule, [collapsed] * 4)
    assert said[:2] == ["", ""]
    assert all("mode collapse" in one and "without real images" in one for one in said[2:])
    assert told(rule, [real(seed=8)]) == [""]


def test_a_program_that_always_shows_few_kinds_is_not_called_collapsed() -> None:
    few = real(3).repeat(22, 1, 1, 1)[:64]
    assert not any(told(LikenessRule(), [few] * 20))


def test_of_few_tiles_or_none_finite_nothing_is_said() -> None:
    assert measure(real(8).numpy()) is None
    assert measure((real(64) * torch.nan).numpy()) is None
