"""Maps of codings, ways through them, and the angle between planes."""

import dataclasses
import math

import pytest
import torch
from torch import Tensor, nn

from latentop.engine import linear_algebra
from latentop.engine.data import Dataset, load
from latentop.engine.linear_algebra import largest_angle, principal_components, turned_onto
from latentop.engine.objectives.adversarial import Adversarial
from latentop.engine.objectives.autoencoding import build_autoencoding
from latentop.engine.pictures import exhibits
from latentop.engine.pictures.canvas import MARK
from latentop.engine.pictures.canvas import around as canvas_around
from latentop.engine.pictures.codings_map import CodingsMap
from latentop.engine.pictures.exhibit import LEAST, frame, room
from latentop.engine.pictures.journeys import ROWS, STOPS, Arcs, Journeys, along, around, between
from latentop.engine.pictures.scatter import colours, scatter
from latentop.engine.run.events import Frame
from latentop.presets import catalogue
from latentop.presets.schema import GAN, Autoencoder

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


def test_principal_components_are_those_of_a_singular_value_decomposition() -> None:
    data = random(500, 6).double() * torch.arange(1, 7) + 3
    mean, axes = principal_components(data, 3)
    assert torch.allclose(mean, data.mean(0))
    _, _, right = torch.linalg.svd(data - data.mean(0), full_matrices=False)
    assert largest_angle(axes, right[:3].T) < 1e-5
    assert (axes.gather(0, axes.abs().argmax(0, keepdim=True)) > 0).all()


def test_axes_of_wide_data_are_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    preset = catalogue.load(catalogue.find("stacked"))
    clothes = load(preset.data, CPU).test.flatten(1)
    exact_mean, exact = principal_components(clothes, 3)
    monkeypatch.setattr(linear_algebra, "EXACT", 100)
    mean, found = principal_components(clothes, 3)
    assert torch.allclose(mean, exact_mean, atol=1e-5)
    assert largest_angle(exact, found) < 0.1
    assert torch.allclose(exact, found, atol=1e-3), "each axis for itself, and its direction"


def test_axes_of_colour_images_of_64_pixels_are_those_that_made_them() -> None:
    width, strengths = 3 * 64 * 64, torch.tensor([9.0, 6.0, 3.0, 2.0, 1.0])
    made, _ = torch.linalg.qr(random(width, 5, seed=1))
    images = random(600, 5) * strengths @ made.T + 0.5 + 0.002 * random(600, width, seed=2)
    before = torch.get_rng_state()
    mean, found = principal_components(images, 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(principal_components(images, 2)[1], found)
    assert found.shape == (width, 2)
    assert torch.allclose(found.T @ found, torch.eye(2, dtype=torch.float64), atol=1e-6)
    _, _, right = torch.linalg.svd(images - images.mean(0), full_matrices=False)
    assert largest_angle(right[:2].T, found) < 0.1
    assert torch.allclose(mean, images.double().mean(0), atol=1e-5)


def test_axes_of_very_many_wide_rows_are_taken_from_some_of_all() -> None:
    rows = random(5000, 2) * torch.tensor([5.0, 3.0]) + torch.arange(5000)[:, None] / 500
    wide = nn.functional.pad(rows, (0, 1500))
    mean, found = principal_components(wide, 2)
    assert torch.allclose(mean[:2], rows.double().mean(0), atol=0.3)
    assert largest_angle(torch.eye(1502)[:, :2], found) < 1e-3


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_or_equal_wide_rows_have_axes_too(count: int) -> None:
    for rows in (random(count, 2000), torch.ones(count, 2000)):
        _, found = principal_components(rows, 2)
        assert torch.allclose(found.T @ found, torch.eye(2, dtype=torch.float64), atol=1e-6)


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


def test_of_large_images_an_exhibit_looks_at_some_of_every_class() -> None:
    """Every image of 28 × 28 pixels counts; of large ones LEAST, however many there are."""
    assert room((1, 28, 28), 60_000) == 60_000
    preset = catalogue.load(catalogue.find("convolutional-vae"))
    labels = torch.arange(4).repeat(100)
    images = labels[:, None, None, None] / 4 + torch.zeros(400, 3, 256, 256)
    dataset = Dataset(
        name="large",
        source="made here",
        classes=("a", "b", "c", "d"),
        train=images[:4],
        train_labels=labels[:4],
        test=images,
        test_labels=labels,
    )
    objective = Counted()
    shown = [event for one in exhibits(objective, dataset, preset) for event in one.show(1, 0.0)]
    assert {"input", "reconstruction", "codings"} <= {one.kind for one in shown if isinstance(one, Frame)}
    assert max(objective.sizes) == LEAST
    assert objective.validated == pytest.approx(images.mean().item(), abs=1e-3)


class Counted:
    """An autoencoder that notes how many images it is given."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.validated = 0.0

    def corrupt(self, batch: Tensor, seed: int) -> Tensor:
        return batch

    def reconstruct(self, batch: Tensor) -> Tensor:
        self.sizes.append(len(batch))
        return batch

    def encode(self, batch: Tensor) -> Tensor:
        self.sizes.append(len(batch))
        return batch.flatten(1)[:, :3]

    def decode(self, codings: Tensor) -> Tensor:
        return torch.zeros(len(codings), 3, 256, 256)

    def validate(self, batch: Tensor) -> dict[str, float]:
        self.sizes.append(len(batch))
        self.validated = batch.mean().item()
        return {"valid/reconstruction": 0.0}


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


def test_of_a_single_held_out_image_all_is_shown_that_can_be() -> None:
    preset = catalogue.load(catalogue.find("stacked"), ["data.train=64", "data.held_out=1"])
    assert isinstance(preset, Autoencoder)
    dataset = load(preset.data, CPU)
    objective = build_autoencoding(preset, dataset.shape, CPU)
    events = [event for one in exhibits(objective, dataset, preset) for event in one.show(1, 0.0)]
    kinds = {event.kind for event in events if isinstance(event, Frame)}
    assert {"reconstruction", "codings", "traversal"} <= kinds
    assert "interpolation" not in kinds


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
