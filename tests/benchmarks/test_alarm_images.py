"""Recipes on images that no preset names: what they train on, what is true of them, and how they are kept."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.alarms import image_sets
from benchmarks.alarms.collect import collect, keep
from benchmarks.alarms.ground_truth import twins
from benchmarks.alarms.image_recipes import COLLAPSING, SOUND
from benchmarks.alarms.image_sets import ImageSource, known
from benchmarks.alarms.mode_counts import mode_counter
from benchmarks.alarms.recipes import RECIPES

MADE_8 = ImageSource(name="made", modes=8)


def test_there_are_twenty_recipes_of_convolutions_and_some_that_nobody_looked_at() -> None:
    new = (*COLLAPSING, *SOUND)
    assert len(new) >= 20
    assert sum(recipe.unseen for recipe in new) >= 6
    assert {recipe.kind for recipe in new} == {"made images", "digits", "emoji"}
    assert len({recipe.name for recipe in RECIPES}) == len(RECIPES)


def test_a_small_set_keeps_the_rest_for_the_truth_alone(tmp_path: Path) -> None:
    found = known(replace(MADE_8, images=500, labelled=False), tmp_path)
    assert (len(found.dataset.train), len(found.dataset.test)) == (450, 50)
    assert len(found.unseen) == image_sets.MADE + image_sets.MADE_HELD_OUT - 450
    assert found.dataset.classes == ("images",)
    assert len(found.whole.classes) == 8
    nearest = torch.cdist(found.dataset.train.flatten(1), found.unseen[:2000].flatten(1)).amin(1)
    assert bool((nearest > 0).all())


def test_real_images_have_all_modes_and_are_no_twins(tmp_path: Path) -> None:
    found = known(replace(MADE_8, images=200), tmp_path)
    counter = mode_counter(found.whole)
    assert counter is not None
    called, good = counter(found.unseen[:500])
    assert len(called[good].unique()) == 8
    assert twins(found.unseen[-500:], found) == pytest.approx(1, abs=0.15)
    assert twins(found.unseen[:1].repeat(500, 1, 1, 1) + 1e-4 * torch.rand(500, 1, 1, 1), found) < 0.1


@pytest.mark.slow
def test_a_recipe_on_made_images_is_trained_and_kept_with_its_truth(tmp_path: Path) -> None:
    recipe = next(one for one in COLLAPSING if one.name == "made-8-fast-generator")
    short = replace(recipe, steps=60, check=30)
    trace = collect(short, 1, tmp_path)
    assert [step for step, _ in trace.readings] == [30, 60]
    assert [step for step, _ in trace.twins] == [30, 60]
    assert (trace.steps, len(trace.truth)) == (60, recipe.looks)
    assert all(one.modes is not None and one.copies is not None for one in trace.truth)


def test_what_cannot_be_fetched_is_told_and_keeps_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_sets, "emoji", lambda place: None)
    recipe = next(one for one in SOUND if one.kind == "emoji")
    assert keep(recipe, 1, tmp_path).startswith("not collected: npm can't fetch")
    assert not list(tmp_path.glob("*.npz"))
