"""Sheets as ``torchvision.utils.save_image`` writes them, cut into the images that they were made of."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision.utils import make_grid, save_image

from latentop.engine.data import load
from latentop.engine.external.sheets.sheet_files import SheetFiles, number
from latentop.engine.external.sheets.sheet_pixels import decoded, shrunk
from latentop.engine.external.sheets.tiles import Pixels, cut
from latentop.engine.run.errors import UsageError
from latentop.presets.data import FashionMNIST
from tests.support.tiers import few


def photos(count: int) -> Tensor:
    """Images that are black at their edges, as clothes are."""
    return load(FashionMNIST(), torch.device("cpu")).test[:count]


def sheet(images: Tensor, **layout: float) -> Pixels:
    grid = make_grid(images, **layout)  # type: ignore[arg-type]
    pixels: Pixels = grid.mul(255).round().byte().permute(1, 2, 0).numpy()
    return pixels


@pytest.mark.parametrize("count", few([9, 60, 2, 25, 64], 2))
@pytest.mark.parametrize("layout", [{}, {"padding": 1}, {"nrow": 5}, {"padding": 4, "pad_value": 1.0}])
def test_tiles_are_the_images_that_were_saved(count: int, layout: dict[str, float]) -> None:
    images = photos(count)
    tiles = cut(sheet(images, **layout))
    assert tiles.shape == (count, 3, 28, 28)
    assert np.abs(tiles[:, :1] / 255 - images.numpy()).max() < 0.01


def test_images_with_wide_empty_edges_are_not_cut_in_two() -> None:
    images = torch.nn.functional.pad(photos(64), (18, 18, 18, 18))
    assert cut(sheet(images)).shape == (64, 3, 64, 64)


def test_jpeg_blurs_the_lines(tmp_path: Path) -> None:
    save_image(photos(64), tmp_path / "fake_epoch_007.jpg")
    (found,) = SheetFiles(str(tmp_path / "*.jpg")).new()
    assert (len(cut(decoded(found.path))), found.number) == (64, 7)


def test_a_sheet_without_lines_says_what_helps_and_is_cut_as_told() -> None:
    whole = sheet(photos(64), padding=0)
    with pytest.raises(UsageError, match="224 x 224 pixels shows no lines") as caught:
        cut(whole)
    assert "--grid 8x8" in caught.value.hint
    assert np.abs(cut(whole, (8, 8))[:, :1] / 255 - photos(64).numpy()).max() < 0.01


def test_sheets_come_in_the_order_of_their_numbers_and_only_when_whole(tmp_path: Path) -> None:
    for name in ("out_10.png", "out_2.png"):
        save_image(photos(9), tmp_path / name)
    files = SheetFiles(str(tmp_path / "*.png"))
    assert [one.number for one in files.new()] == [2, 10]
    assert files.new() == []
    save_image(photos(16), tmp_path / "out_11.png")
    assert files.new() == []  # it may still be written
    (new,) = files.new()
    assert (new.number, len(cut(decoded(new.path)))) == (11, 16)


def test_what_is_no_image_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "out_12.png"
    path.write_bytes(b"no image")
    for source in (path, path.read_bytes()):
        with pytest.raises(UsageError, match="can't be read as an image: UnidentifiedImageError"):
            decoded(source)


def test_averaged_down_a_tile_keeps_its_mean_and_a_small_one_stays_as_it_is() -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (3, 3, 60, 90), dtype=np.uint8)
    small = shrunk(tiles, 30)
    assert small.shape == (3, 3, 20, 30)
    assert np.abs(small.mean((2, 3)) - tiles.mean((2, 3))).max() < 1
    assert shrunk(small, 30) is small


def test_grey_sheets_have_one_channel_and_transparent_ones_lie_on_white(tmp_path: Path) -> None:
    save_image(photos(9), tmp_path / "grey.png")
    Image.fromarray(np.zeros((32, 62, 4), dtype=np.uint8)).save(tmp_path / "clear.png")
    found = {path.name: cut(decoded(path)) for path in tmp_path.glob("*.png")}
    assert found["grey.png"].shape == (9, 1, 28, 28)
    assert int(found["clear.png"].min()) == 255


@pytest.mark.parametrize(
    ("name", "expected"), [("a_024.png", 24), ("64x64_step-1200.jpg", 1200), ("fake.png", None)]
)
def test_the_step_is_the_last_number_of_the_name(name: str, expected: int | None) -> None:
    assert number(Path(name)) == expected
