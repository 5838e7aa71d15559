"""Mixtures and other points: the modes are where the papers put them, and every run gets the same draw."""

import math

import pytest
import torch

from latentop.engine.data import Dataset, load
from latentop.presets.data import Data, Grid, Plane3D, Ring, Zero

CPU = torch.device("cpu")


def mixture(spec: Ring | Grid) -> Dataset:
    dataset = load(spec, CPU)
    assert dataset.mixture is not None
    return dataset


def test_the_ring_has_eight_modes_an_eighth_of_a_turn_apart() -> None:
    dataset = mixture(Ring(radius=2.0))
    centres = dataset.mixture.centres  # type: ignore[union-attr]
    assert centres.shape == (8, 2)
    assert torch.allclose(centres.norm(dim=1), torch.tensor(2.0))
    assert torch.allclose(centres[0], torch.tensor([2.0, 0.0]))
    side = 2 * 2.0 * math.sin(math.pi / 8)
    around = (centres - centres.roll(1, dims=0)).norm(dim=1)  # the last and the first are neighbours too
    assert torch.allclose(around, torch.tensor(side))
    assert dataset.classes == ("0°", "45°", "90°", "135°", "180°", "225°", "270°", "315°")


def test_the_grid_is_pacgans() -> None:
    dataset = mixture(Grid())
    centres = dataset.mixture.centres  # type: ignore[union-attr]
    places = [-4, -2, 0, 2, 4]
    assert sorted(centres.tolist()) == [[x, y] for x in places for y in places]
    assert [f"({x:g}, {y:g})" for x, y in centres.tolist()] == list(dataset.classes)


@pytest.mark.parametrize("spec", [Ring(), Grid(), Ring(modes=1), Grid(side=1), Ring(modes=7, points=1000)])
def test_points_lie_around_the_centre_of_their_label(spec: Ring | Grid) -> None:
    dataset = mixture(spec)
    known = dataset.mixture
    assert known is not None
    for points, labels in ((dataset.train, dataset.train_labels), (dataset.test, dataset.test_labels)):
        assert points.dtype == torch.float32
        assert labels.dtype == torch.int64
        counts = labels.bincount(minlength=len(known.centres))
        assert len(counts) == len(known.centres) == len(dataset.classes)
        assert counts.max() - counts.min() <= 1
        offsets = points - known.centres[labels]
        assert offsets.std(0).tolist() == pytest.approx([known.sd, known.sd], rel=0.1)
        assert offsets.norm(dim=1).max() < 6 * known.sd
    assert len(dataset.train) == spec.points
    assert dataset.shape == (2,)


def test_modes_come_in_no_order_that_a_stride_could_pick_out() -> None:
    labels = mixture(Ring()).train_labels
    for stride in (2, 4, 8, 48):
        assert labels[::stride].bincount(minlength=8).min() > len(labels[::stride]) / 8 * 0.8


@pytest.mark.parametrize("spec", [Ring(), Grid(), Plane3D()])
def test_every_run_gets_the_same_draw_and_never_trains_on_test_points(spec: Data) -> None:
    state = torch.random.get_rng_state()
    first, second = load(spec, CPU), load(spec, CPU)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.equal(first.train, second.train)
    assert torch.equal(first.test, second.test)
    assert not set(map(tuple, first.train.tolist())) & set(map(tuple, first.test.tolist()))


def test_plane_3d_is_centred_and_nearly_flat_but_not_in_any_axis() -> None:
    dataset = load(Plane3D(), CPU)
    assert dataset.train.shape == dataset.test.shape == (60, 3)
    assert dataset.mixture is None
    assert dataset.train.mean(0).abs().max() < 1e-6
    for points in (dataset.train, dataset.test):
        first, second, third = torch.linalg.svdvals(points - points.mean(0)).tolist()
        assert first > 1.2 * second  # so that principal axes are told apart
        assert second > 4 * third
    assert dataset.train.std(0).min() > 0.15  # tilted against all three


def test_zero_is_one_point_for_batches_of_any_usual_size() -> None:
    dataset = load(Zero(), CPU)
    assert dataset.shape == (1,)
    assert len(dataset.train) >= 512
    assert dataset.train.unique().tolist() == dataset.test.unique().tolist() == [0.0]
    assert set(dataset.train_labels.tolist()) == {0}
    assert len(dataset.classes) == 1
