"""Where the points are that a run shows: recorded as they are, beside a picture of them."""

from collections.abc import Iterable

import numpy as np
import pytest
import torch

from latentop.engine.data import load
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.objectives.autoencoding import build_autoencoding
from latentop.engine.pictures import Gallery, exhibits
from latentop.engine.run.events import Event, Frame
from latentop.engine.run.plane import MOST, unpacked
from latentop.presets import catalogue
from latentop.presets.schema import GAN, Autoencoder

CPU = torch.device("cpu")


def shown(name: str) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, str]]]:
    """The points by the kind of their frame after no step of a preset, and the names of their axes."""
    preset = catalogue.load(catalogue.find(name))
    dataset = load(preset.data, CPU)
    objective = (
        Adversarial(preset, dataset.shape, len(dataset.classes), CPU)
        if isinstance(preset, GAN)
        else build_autoencoding(preset, dataset.shape, CPU)
        if isinstance(preset, Autoencoder)
        else None
    )
    assert objective is not None
    gallery = Gallery(exhibits(objective, dataset, preset), 1.0, clock=lambda: 0.0)
    return _points(gallery.show(1, 0.0)), gallery.axes


def _points(events: Iterable[Event]) -> dict[str, np.ndarray]:
    frames = [event for event in events if isinstance(event, Frame) and event.kind.endswith("/points")]
    return {frame.kind: unpacked(frame.images)[0] for frame in frames}


def test_samples_of_a_mixture_come_with_real_points_and_its_modes() -> None:
    points, axes = shown("ring")
    assert {kind: len(found) for kind, found in points.items()} == {
        "real/points": MOST,
        "marks/points": 8,
        "samples/points": MOST,
    }
    assert np.hypot(*points["marks/points"].T) == pytest.approx(np.ones(8), abs=1e-3)
    assert np.hypot(*points["real/points"].T) == pytest.approx(np.ones(MOST), abs=0.1)
    assert axes["samples"] == ("x", "y")


def test_two_numbers_that_circle_are_named_and_have_a_place_to_end_at() -> None:
    points, axes = shown("oscillation")
    assert points["marks/points"].tolist() == [[0.0, 0.0]]
    assert len(points["samples/points"]) == 1
    assert axes["samples"] == ("the generator's number", "the discriminator's slope")


def test_points_in_space_are_seen_with_what_is_made_of_them() -> None:
    points, axes = shown("linear-pca")
    assert len(points["input/points"]) == len(points["reconstruction/points"]) == 60
    assert axes["codings"] == ("coding 1", "coding 2")
    assert axes["input"][0] == "1st principal axis"


def test_codings_of_images_are_points_with_the_label_of_their_class() -> None:
    points, axes = shown("stacked")
    assert len(points["codings/points"]) == MOST
    assert axes["codings"][0] == "1st axis of codings"
