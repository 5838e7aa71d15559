"""What a run's points are: samples over modes, codings by class, a trail, data and reconstructions."""

from dataclasses import replace

import numpy as np
import pytest

from latentop.engine.run.events import Frame
from latentop.engine.run.plane import packed
from latentop.tui.model.plane_view import FULL, NONE, SOME, plane_of
from latentop.tui.model.state import State
from tests.support.panels import CLASSES, present, state

CENTRES = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


def points(kind: str, places: np.ndarray, labels: np.ndarray | None = None) -> Frame:
    named = np.zeros(len(places), dtype=np.int64) if labels is None else labels
    return Frame(step=10, wall=0.0, kind=f"{kind}/points", images=packed(places, named))


def showing(run: State, *frames: Frame) -> State:
    return replace(run, frames={frame.kind: frame for frame in frames})


def test_modes_are_told_apart_by_how_many_samples_they_have() -> None:
    shares = present([1.0, 1.0], [1.0, 0.3], [1.0, 0.0], [1.0, 1.0])
    run = state({"diversity/coverage": [0.9], **shares}, mode_names=CLASSES, axes={"samples": ("x", "y")})
    found = plane_of(showing(run, points("samples", CENTRES), points("marks", CENTRES)), ("samples",))
    assert found is not None
    assert [spot.sign for spot in found.spots] == [FULL, SOME, NONE, FULL]
    assert [spot.name for spot in found.spots] == list(CLASSES)
    assert [entry.text for entry in found.legend][:3] == ["found 2", "few 1", "none 1"]
    assert found.axes == ("x", "y")
    assert found.x[0] < -1 < 1 < found.x[1]


def test_samples_far_away_do_not_change_what_is_seen_of_the_modes() -> None:
    run = state({})
    near, far = (
        plane_of(showing(run, points("samples", scale * CENTRES), points("marks", CENTRES)), ("samples",))
        for scale in (1, 1000)
    )
    assert near is not None
    assert far is not None
    assert (near.x, near.y) == (far.x, far.y)


def test_codings_have_the_names_of_their_classes() -> None:
    labels = np.array([0, 1, 1, 3])
    found = plane_of(showing(state({}), points("codings", CENTRES, labels)), ("codings",))
    assert found is not None
    assert [entry.text for entry in found.legend] == ["T-shirt", "Trouser", "Bag"]
    assert [len(crowd.places) for crowd in found.crowds] == [1, 2, 1]


def test_classes_that_nobody_named_have_the_numbers_that_their_labels_have() -> None:
    labels = np.array([0, 1, 1, 3])
    found = plane_of(showing(state({}, classes=()), points("codings", CENTRES, labels)), ("codings",))
    assert found is not None
    assert [entry.text for entry in found.legend] == ["class 0", "class 1", "class 3"]


def test_a_trail_goes_around_a_place_and_ends_at_what_is_now() -> None:
    turn = np.linspace(0, 5, 100)
    places = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    trail = points("samples", places, np.arange(100) * 4 // 100)
    found = plane_of(showing(state({}), trail, points("marks", np.zeros((1, 2)))), ("samples",))
    assert found is not None
    assert (found.spots[0].x, found.spots[0].y) == (0.0, 0.0)
    assert (found.spots[1].x, found.spots[1].y) == pytest.approx(tuple(places[-1]), abs=1e-3)
    assert [entry.text for entry in found.legend] == ["equilibrium", "now", "the steps before"]


def test_what_is_seen_moves_only_where_it_must() -> None:
    labels = np.zeros(4, dtype=np.int64)
    first = plane_of(showing(state({}), points("codings", CENTRES, labels)), ("codings",))
    assert first is not None
    for scale, same in ((0.97, True), (9.0, False)):
        again = plane_of(
            showing(state({}), points("codings", scale * CENTRES, labels)), ("codings",), (first.x, first.y)
        )
        assert again is not None
        assert ((again.x, again.y) == (first.x, first.y)) is same


def test_images_are_no_points() -> None:
    images = Frame(step=1, wall=0.0, kind="samples", images=np.zeros((4, 1, 28, 28), dtype=np.uint8))
    assert plane_of(showing(state({}), images), ("samples",)) is None
