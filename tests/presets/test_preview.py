"""Previews: what is written comes back, what is damaged is none, and those that are shipped fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentop.presets import catalogue, preview
from tests.support.previews import MADE

SHIPPED = sorted(path.stem for path in preview.FOLDER.glob("*.npz"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(preview, "FOLDER", tmp_path)
    return tmp_path


def test_what_is_written_comes_back(place: Path) -> None:
    preview.write("dcgan", MADE)
    found = preview.of("dcgan")
    assert found is not None
    plain = {name: getattr(found, name) for name in ("kind", "steps", "series", "trained", "speed")}
    assert plain == {name: getattr(MADE, name) for name in plain}
    for name in ("pictures", "real", "curves"):
        assert np.array_equal(getattr(found, name), getattr(MADE, name))


def test_one_that_is_damaged_or_not_there_is_none(place: Path) -> None:
    path = preview.write("dcgan", replace(MADE, real=MADE.real[:0]))
    whole = path.read_bytes()
    for damaged in (b"", whole[:100], whole[: len(whole) // 2], b"no archive"):
        path.write_bytes(damaged)
        assert preview.of("dcgan") is None
    assert preview.of("vae") is None


def test_all_that_are_shipped_are_small_and_of_a_preset() -> None:
    assert sum(path.stat().st_size for path in preview.FOLDER.glob("*")) <= 1_000_000
    assert set(SHIPPED) <= {entry.name for entry in catalogue.entries()}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_one_has_pictures_of_several_steps_and_curves(name: str) -> None:
    found = preview.of(name)
    assert found is not None
    assert list(found.steps) == sorted(set(found.steps))
    assert len(found.steps) == len(found.pictures) >= 2
    assert found.steps[-1] <= found.trained <= catalogue.load(catalogue.find(name)).steps
    assert found.pictures.dtype == found.real.dtype == np.uint8
    assert not len(found.real) or found.real.shape[1:] == found.pictures.shape[2:]
    assert len(found.series) == len(found.curves) >= 1
    assert all(np.isfinite(curve).any() for curve in found.curves)
    assert found.speed > 0
