"""Points as the bytes of a frame."""

import numpy as np
import pytest

from latentop.engine.run.plane import BYTES, packed, unpacked


def test_points_come_back_as_they_were_to_half_precision() -> None:
    places = np.random.default_rng(0).normal(0, 3, (50, 2))
    labels = np.arange(50) % 11
    images = packed(places, labels)
    assert images.shape == (1, 1, 50, BYTES)
    found, named = unpacked(images)
    assert found == pytest.approx(places, rel=1e-3, abs=1e-4)
    assert named.tolist() == labels.tolist()


def test_a_point_that_is_nowhere_is_left_out_with_its_label() -> None:
    places = np.array([[0.0, 1.0], [np.nan, 0.0], [1e30, 0.0], [2.0, 2.0]])
    found, named = unpacked(packed(places, np.arange(4)))
    assert found.tolist() == [[0.0, 1.0], [2.0, 2.0]]
    assert named.tolist() == [0, 3]


def test_an_empty_crowd_is_a_frame_like_any_other() -> None:
    images = packed(np.zeros((0, 2)), np.zeros(0, dtype=np.int64))
    assert images.size
    assert len(unpacked(images)[0]) == 0


def test_a_frame_of_images_holds_no_points() -> None:
    assert len(unpacked(np.zeros((4, 1, 28, 28), dtype=np.uint8))[0]) == 0
