"""Where things lie is found by their names alone: one name for one module, nouns, few modules at the top."""

import sys
from collections import Counter

import pytest

from tests.support import ROOT

HOUSES = ("engine", "presets", "tui")
TERMS = {"arming", "autoencoding", "denoising", "overfitting", "packing", "pretraining"}
TERMS |= {"reading", "smoothing", "thinning", "training", "wording"}
"""Nouns that look like gerunds."""


def names(folder: str, *, below: bool = True) -> list[str]:
    """The names of the modules in a folder, and in those below it."""
    found = (ROOT / folder).rglob("*.py") if below else (ROOT / folder).glob("*.py")
    return sorted(path.stem for path in found if not path.stem.startswith("__"))


@pytest.mark.parametrize("house", HOUSES)
def test_no_two_modules_of_a_house_have_one_name(house: str) -> None:
    assert [name for name, count in Counter(names(house)).items() if count > 1] == []


@pytest.mark.parametrize("house", HOUSES)
def test_no_module_is_named_like_one_of_the_standard_library(house: str) -> None:
    assert sys.stdlib_module_names.isdisjoint(names(house))


@pytest.mark.parametrize("house", HOUSES)
def test_modules_are_named_by_nouns(house: str) -> None:
    assert [name for name in names(house) if name.endswith("ing") and name not in TERMS] == []


def test_few_modules_lie_at_the_top() -> None:
    assert len(names("tui", below=False)) <= 10
    assert len(names("engine", below=False)) <= 3
