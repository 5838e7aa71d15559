"""Maps of codings, ways through them, and the angle between planes."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor

from engine.data import load
from engine.gallery.axes import largest_angle, principal_axes, turned_onto
from engine.gallery.canvas import MARK
from engine.gallery.canvas import around as canvas_around
from engine.gallery.codings import CodingsMap
from engine.gallery.exhibit import frame
from engine.gallery.journeys import ROWS, STOPS, Arcs, Journeys, along, around, between
from engine.gallery.scatter import colours, scatter
from engine.objectives.adversarial import Adversarial
from engine.objectives.autoencoding import build_autoencoding
from engine.run.events import Frame
from presets import catalogue
from presets.schema import GAN, Autoencoder

CPU = torch.device("cpu")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def a_map() -> CodingsMap:
    preset = catalogue.load(catalogue.find("stacked"))
    assert isinstance(preset, Autoencoder)
    dataset = load(preset.data, CPU)
    few = dataclasses.replace(dataset, test=dataset.test[:300], test_labels=dataset.test_labels[:300])
    return CodingsMap(build_autoencoding(preset, dataset.shape, CPU), few, preset)


@pytest.mark.parametrize("degrees", [0.0, 0.001, 1.0, 45.0, 89.0, 90.0])
def test_the_angle_of_known_planes(degrees: float) -> None:
    turn = math.radians(degrees)
    one = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    other = torch.tensor([[1.0, 0.0], [0.0, math.cos(turn)], [0.0, math.sin(turn)]], dtype=torch.float64)
    mixed = other @ torch.tensor([[2.0, 1.0], [0.5, -3.0]], dtype=torch.float64)
    assert largest_angle(one, mixed) == pytest.approx(degrees, abs=1e-6)
    assert largest_angle(mixed, one) == pytest.approx(degrees, abs=1e-6)


def test_principal_axes_are_those_of_a_singular_value_decomposition() -> None:
    data = random(500, 6).double() * torch.arange(1, 7) + 3
    mean, axes = principal_axes(data, 3)
    assert torch.allclose(mean, data.mean(0))
    _, _, right = torch.linalg.svd(data - data.mean(0), full_matrices=False)
    assert largest_angle(axes, right[:3].T) < 1e-5
    assert (axes.gather(0, axes.abs().argmax(0, keepdim=True)) > 0).all()


@pytest.mark.parametrize("mirrored", [1.0, -1.0])
def test_a_turned_and_mirrored_map_is_turned_back(mirrored: float) -> None:
    points = random(100, 2).double() * torch.tensor([3.0, 1.0])
    turn = torch.tensor([[0.6, 0.8 * mirrored], [-0.8, 0.6 * mirrored]], dtype=torch.float64)
    assert torch.allclose(turned_onto(points @ turn, points), points)


def test_a_map_keeps_its_orientation_from_frame_to_frame() -> None:
    one = a_map()
    codings = random(300, 5) * torch.tensor([3.0, 2.9, 0.3, 0.3, 0.3])  # axes that change places by chance
    first = one.place(codings)
    turn, _ = torch.linalg.qr(random(5, 5, seed=1))
    again = one.place(codings @ turn + 0.02 * random(300, 5, seed=2) + 7.0)
    assert (first - again).abs().max() < 0.1


def test_two_codings_are_drawn_as_they_are() -> None:
    codings = random(300, 2)
    placed = a_map().place(codings)
    ratio = (placed[1:] - placed[:-1]) / (codings[1:] - codings[:-1])
    assert torch.allclose(ratio, ratio[0, 0].expand_as(ratio), rtol=1e-3)
    assert (placed.abs().amax(1) <= 1).float().mean() >= 0.98


def test_one_coding_and_dead_codings_can_be_drawn() -> None:
    assert a_map().place(random(300, 1)).isfinite().all()
    assert a_map().place(torch.zeros(300, 30)).isfinite().all()


def test_codings_that_are_not_finite_are_not_drawn() -> None:
    one = a_map()
    one._objective.autoencoder.encoder[1].weight.data.fill_(math.nan)  # type: ignore[attr-defined]
    assert list(one.show(1, 0.0)) == []


def test_points_are_drawn_where_they_are_in_their_class_colour() -> None:
    image = scatter(torch.tensor([[-1.0, 1.0], [1.0, -1.0], [9.0, 0.0]]), torch.tensor([0, 1, 2]), 3, side=11)
    palette = colours(3)
    for place, label in (((0, 0), 0), ((10, 10), 1), ((5, 10), 2)):
        drawn = image[:, place[0], place[1]]
        assert torch.allclose(drawn / drawn.max(), palette[label] / palette[label].max(), atol=1e-4)
    assert (image.amax(0) > 0).sum() == 4 + 4 + 6, "three wide, cut off at the edges"


def test_every_class_has_a_colour_of_its_own() -> None:
    for classes in (1, 10, 25):
        assert len({tuple(colour) for colour in colours(classes).tolist()}) == classes


def test_ways_begin_and_end_where_they_should() -> None:
    starts, ends = random(4, 3), random(4, 3, seed=1)
    ways = between(starts, ends)
    assert ways.shape == (4, STOPS, 3)
    assert torch.allclose(ways[:, 0], starts)
    assert torch.allclose(ways[:, -1], ends)
    codings = random(500, 3) * torch.tensor([1.0, 2.0, 3.0])
    units = along(codings)
    assert torch.allclose(units[:, STOPS // 2], codings.mean(0).expand(3, 3), atol=1e-5)
    assert (units[1, :, 0] == units[1, 0, 0]).all()
    assert (units[1, -1, 1] - units[1, 0, 1]).item() == pytest.approx(
        4 * codings[:, 1].std().item(), rel=0.01
    )


def test_a_way_is_one_image_with_its_stops_side_by_side() -> None:
    preset = catalogue.load(catalogue.find("stacked"))
    assert isinstance(preset, Autoencoder)
    dataset = load(preset.data, CPU)
    objective = build_autoencoding(preset, dataset.shape, CPU)
    frames = list(Journeys(objective, dataset, preset).show(3, 0.0))
    assert [frame.kind for frame in frames if isinstance(frame, Frame)] == ["interpolation", "traversal"]
    assert all(isinstance(one, Frame) and one.images.shape == (6, 1, 28, 28 * STOPS) for one in frames)


def test_ways_of_a_generator_keep_their_distance_from_the_origin() -> None:
    starts, ends = random(4, 50), random(4, 50, seed=1)
    ways = around(starts, ends)
    assert ways.shape == (4, STOPS, 50)
    assert torch.allclose(ways[:, 0], starts, atol=1e-5)
    assert torch.allclose(ways[:, -1], ends, atol=1e-5)
    norms = ways.norm(dim=2)
    nearest, furthest = torch.minimum(norms[:, 0], norms[:, -1]), torch.maximum(norms[:, 0], norms[:, -1])
    assert (norms > 0.97 * nearest[:, None]).all()
    assert (norms < 1.03 * furthest[:, None]).all()
    assert around(starts, starts).isfinite().all()
    assert around(starts, -starts).isfinite().all()


@pytest.mark.parametrize("name", ["dcgan", "conditional-dcgan"])
def test_ways_of_a_generator_go_from_sample_to_sample(name: str) -> None:
    preset = catalogue.load(catalogue.find(name))
    assert isinstance(preset, GAN)
    objective = Adversarial(preset, (1, 28, 28), 10, CPU)
    before = torch.get_rng_state()
    (shown,) = Arcs(objective, preset).show(3, 0.0)
    assert isinstance(shown, Frame)
    assert (shown.kind, shown.images.shape) == ("interpolation", (ROWS, 1, 28, 28 * STOPS))
    samples = frame("samples", objective.draw(preset.keep.images, preset.seed), 3, 0.0).images
    assert abs(shown.images[1, :, :, :28].astype(int) - samples[2]).max() <= 1
    assert torch.equal(torch.get_rng_state(), before)


def test_a_lost_mode_is_an_empty_circle_and_a_found_one_is_not() -> None:
    modes = torch.tensor([[-1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    canvas = canvas_around(modes)
    picture = canvas.picture(modes[:1].expand(50, 2), modes, 0.01)[0]
    left, right = picture.chunk(2, dim=2)
    assert left.max() == 1
    assert right.max() == pytest.approx(max(MARK), abs=0.01)
    ring = (right.amax(0) > 0.1).nonzero().double()
    assert ring.mean(0).tolist() == pytest.approx([31.5, 25.1], abs=1)  # in the right half, 0.8 of the way
    assert (ring - ring.mean(0)).norm(dim=1).min() > 1
