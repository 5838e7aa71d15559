"""A batch that is larger than all there is to train on: refused before anything is read."""

from pathlib import Path

import pytest

from latentop.presets import batch_bound, catalogue
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset


def preset(name: str, *words: str) -> Preset:
    return catalogue.load(catalogue.find(name), words)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(30):
        (tmp_path / f"{number}.png").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ([], 10_000),
        (["data.size=full"], 60_000),
        (["data.held_out=500"], 9_500),
        (["data.name=mnist"], 60_000),
        (["data.name=cifar10"], 50_000),
        (["data.name=digits"], 1_797),
    ],
)
def test_the_largest_batch_is_let_pass_and_one_more_is_refused(words: list[str], most: int) -> None:
    batch_bound.check(preset("stacked", *words, f"batch={most}"))
    with pytest.raises(PresetError, match=f"batch = {most + 1} can't be drawn") as refused:
        batch_bound.check(preset("stacked", *words, f"batch={most + 1}"))
    assert (refused.value.key, refused.value.hint) == ("batch", f"set batch to something from 1 to {most}")


def test_of_a_folder_its_files_are_counted(photos: Path) -> None:
    words = ["data.name=folder", f"data.path={photos}"]
    batch_bound.check(preset("dcgan", *words, "batch=29"))
    with pytest.raises(PresetError, match="batch = 30 can't be drawn from 29 to train on") as refused:
        batch_bound.check(preset("dcgan", *words, "batch=30"))
    assert "less than 29, or leave it out" in refused.value.hint
    with pytest.raises(PresetError, match="from 25 to train on"):
        batch_bound.check(preset("dcgan", *words, "data.held_out=5", "batch=26"))


def test_a_step_that_takes_several_batches_takes_more() -> None:
    batch_bound.check(preset("dcgan", "objective.discriminator_steps=2", "batch=5000"))
    with pytest.raises(PresetError, match="batch = 5001, 2 times a step, can't be drawn") as refused:
        batch_bound.check(preset("dcgan", "objective.discriminator_steps=2", "batch=5001"))
    assert refused.value.hint == "set batch to something from 1 to 5000"


def test_points_are_bounded_where_they_are_counted() -> None:
    with pytest.raises(PresetError, match="can't be drawn from 1 000 to train on"):
        batch_bound.check(preset("ring", "data.points=1000", "batch=1001"))
