"""A folder of a person's own images: any size, any mode, some of them broken; read once, and then quickly."""

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from latentop.engine.data import Dataset, image_cache, image_file, load
from latentop.engine.data.image_file import square as read_square
from latentop.engine.data.image_folder import read_folder
from latentop.engine.run import preferences, resized_copies
from latentop.engine.run.errors import DataError
from latentop.engine.run.facts import ClassCount
from latentop.engine.run.process import launch
from latentop.presets import catalogue
from latentop.presets.absolute_path import absolute
from latentop.presets.data import Folder
from latentop.presets.preset_error import PresetError
from latentop.tui.runs.start import start

CPU = torch.device("cpu")
SUFFIX = {
    "RGB": "jpg",
    "L": "png",
    "RGBA": "webp",
    "P": "gif",
    "CMYK": "jpg",
    "1": "png",
    "LA": "png",
    "I;16": "png",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "cache"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def in_mode(mode: str, size: tuple[int, int], colour: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", size, colour)
    if mode != "I;16":
        return image.convert(mode)
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)


def fill(folder: Path, count: int) -> None:
    """So many images, of eight modes and as many sizes as images, from 5 pixels wide to hundreds high."""
    for number in range(count):
        mode = list(SUFFIX)[number % len(SUFFIX)]
        image = in_mode(mode, (5 + number, 400 - number), (number % 256, 90, 200))
        image.save(folder / f"{number:03}.{SUFFIX[mode]}")


def break_three(folder: Path) -> None:
    whole = (folder / "000.jpg").read_bytes()
    (folder / "a.png").write_bytes(b"a letter to my aunt")
    (folder / "b.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "c.jpg").write_bytes(b"")


def dataset(folder: Path, **settings: object) -> Dataset:
    return load(Folder(path=str(folder), **settings), CPU)  # type: ignore[arg-type]


def all_images(one: Dataset) -> torch.Tensor:
    return torch.cat([one.train, one.test])


def test_two_hundred_files_three_of_them_broken(photos: Path) -> None:
    fill(photos, 197)
    break_three(photos)
    one = dataset(photos, pixels=16)
    count, skipped, _ = one.notes
    assert skipped.startswith("skipped 3 of 200 files: a.png (no image), b.jpg (damaged: ")
    assert skipped.endswith("), c.jpg (no image)")
    assert count == f"197 images: {len(one.train)} trained on, {len(one.test)} held out"
    assert one.train.shape[1:] == one.test.shape[1:] == (3, 16, 16)
    assert 10 <= len(one.test) == 197 - len(one.train) <= 30
    assert one.train.dtype == torch.float32
    assert 0 <= all_images(one).min() < all_images(one).max() <= 1
    assert (one.classes, one.source) == (("photos",), str(photos))


@pytest.mark.parametrize("mode", list(SUFFIX))
@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_of_any_mode_keeps_its_colour(photos: Path, mode: str, channels: int) -> None:
    path = photos / f"one.{SUFFIX[mode]}"
    in_mode(mode, (40, 30), (255, 255, 255) if mode == "1" else (200, 60, 60)).save(path)
    found = read_square(path, 8, channels)
    assert found.shape == (channels, 8, 8)
    grey = {"1": 255}.get(mode, 102)
    expected = [200, 60, 60] if channels == 3 and mode in ("RGB", "RGBA", "P", "CMYK") else [grey] * channels
    assert np.abs(found.mean((1, 2)) - expected).max() < 8


def test_the_middle_is_cropped_and_averaged(photos: Path) -> None:
    wide = np.zeros((10, 30), dtype=np.uint8)
    wide[:, 10:20] = np.indices((10, 10)).sum(0) % 2 * 255  # whose single pixels are all black or white
    wide[:, :10] = 255
    Image.fromarray(wide).save(photos / "wide.png")
    found = read_square(photos / "wide.png", 2, 1)
    assert np.abs(found.astype(int) - 127).max() < 30


def test_exif_says_which_side_is_up(photos: Path) -> None:
    image = np.zeros((20, 20), dtype=np.uint8)
    image[:10] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(image).save(photos / "turned.png", exif=exif)
    upper, lower = read_square(photos / "turned.png", 2, 1)[0]
    assert upper.mean() < 60
    assert lower.mean() > 195


def test_of_an_animation_the_first_frame_counts(photos: Path) -> None:
    frames = [Image.new("L", (8, 8), value) for value in (250, 10, 10)]
    for name in ("moving.gif", "moving.webp", "moving.png"):
        frames[0].save(photos / name, save_all=True, append_images=frames[1:])
        assert read_square(photos / name, 8, 1).min() > 240


@pytest.mark.parametrize(
    ("background", "colour"), [("white", [255] * 3), ("black", [0] * 3), ("#ff8800", [255, 136, 0])]
)
@pytest.mark.parametrize("kind", ["rgba.png", "la.png", "palette.png", "rgba.webp", "palette.gif"])
def test_the_background_shines_through_where_an_image_is_transparent(
    photos: Path, kind: str, background: str, colour: list[int]
) -> None:
    """Left half: opaque, grey 60; right half: nothing."""
    alpha = np.zeros((16, 16), dtype=np.uint8)
    alpha[:, :8] = 255
    layers = [np.full_like(alpha, 60)] * 3 + [alpha]
    image = Image.fromarray(np.stack(layers, axis=2), "RGBA")
    if kind.startswith("la"):
        image = image.convert("LA")
    elif kind.startswith("palette"):
        image = Image.fromarray((alpha == 0).astype(np.uint8), "P")
        image.putpalette([60, 60, 60, 200, 10, 10])  # the second colour is there, but not to be seen
        image.info["transparency"] = 1
    image.save(photos / kind, lossless=True)
    found = read_square(photos / kind, 16, 3, background)
    assert np.abs(found[:, :, :6].astype(int) - 60).max() < 3
    for channel, value in zip(found[:, :, 10:], colour, strict=True):
        assert np.abs(channel.astype(int) - value).max() < 3


def test_the_background_of_a_folder_is_a_setting(photos: Path) -> None:
    for number in range(4):
        Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(photos / f"{number}.png")
    assert all_images(dataset(photos)).min() == 1
    assert all_images(dataset(photos, background="black")).max() == 0
    with pytest.raises(PresetError, match="'pinkish' is not accepted") as caught:
        catalogue.load(catalogue.find("dcgan-64"), ["data.background=pinkish"])
    assert caught.value.hint == "accepted: white, black, grey or a colour such as #ff8800"


def test_numbers_without_a_range_are_stretched(photos: Path) -> None:
    Image.fromarray(np.array([[-3.0, 5.0], [5.0, np.nan]], dtype=np.float32)).save(photos / "heights.tiff")
    found = read_square(photos / "heights.tiff", 2, 1)
    assert (found.min(), found.max()) == (0, 255)


def test_a_decompression_bomb_is_broken_and_says_nothing(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(photos, 4)
    Image.new("1", (3000, 3000)).save(photos / "bomb.png")
    monkeypatch.setattr(image_file, "LARGEST", 8_999_999)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8_999_999)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = dataset(photos).notes[1]
    assert said == "skipped 1 of 5 files: bomb.png (too large: 3 000 × 3 000 pixels)"


def test_pillow_is_not_made_to_start_programs(photos: Path) -> None:
    Image.new("RGB", (8, 8)).save(photos / "drawing.eps")
    with pytest.raises(OSError, match="cannot identify"):
        read_square(photos / "drawing.eps", 8, 3)


def test_names_that_would_move_the_cursor_are_defused_and_many_are_cut_short(photos: Path) -> None:
    fill(photos, 2)
    (photos / "\x1b[2J\nöäü 猫.png").write_bytes(b"no image")
    Path(os.fsdecode(os.fsencode(photos) + b"/\xff\xfe.png")).write_bytes(b"no image")
    for number in range(6):
        (photos / f"broken {number}.png").write_bytes(b"no image")
    note = dataset(photos).notes[1]
    assert note.startswith("skipped 8 of 10 files: ")
    assert note.isprintable()
    assert "�[2J�öäü 猫.png" in note
    assert note.endswith(", … (all in worker.log)")
    assert note.count(".png") == 5
    note.encode()


def test_every_broken_file_is_named_in_the_log_and_defused(
    photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(photos, 2)
    names = ["\x1b[2J\nöäü 猫.png", *(f"broken {number}.png" for number in range(8))]
    for name in names:
        (photos / name).write_bytes(b"no image")
    dataset(photos)
    said = [one.getMessage() for one in caplog.records if one.name == "latentop"]
    assert said == [f"skipped {name}: no image" for name in ("�[2J�öäü 猫.png", *names[1:])]


def test_unicode_names_are_images_and_classes(photos: Path) -> None:
    for name in ("猫", "Bär\x1b[31m"):
        (photos / name).mkdir()
        Image.new("L", (8, 8)).save(photos / name / "ñandú 🦤.png")
    one = dataset(photos)
    assert one.classes == ("Bär�[31m", "猫")
    assert [note.partition(" ")[0] for note in one.notes] == ["2", "the"]


def test_subfolders_are_classes_and_both_parts_have_them(photos: Path) -> None:
    for place, value in (("cats", 10), ("dogs/small", 90), ("dogs/large", 100)):
        (photos / place).mkdir(parents=True, exist_ok=True)
        for number in range(40):
            Image.new("L", (9, 9), value + number % 2).save(photos / place / f"{number}.png")
    one = dataset(photos, channels=1, pixels=8)
    assert one.classes == ("cats", "dogs")
    assert torch.cat([one.train_labels, one.test_labels]).bincount().tolist() == [40, 80]
    assert set(one.test_labels.tolist()) == {0, 1}
    for images, labels in ((one.train, one.train_labels), (one.test, one.test_labels)):
        assert torch.equal(labels, (images.mean((1, 2, 3)) * 255 > 50).long())
    held_out = one.test_labels.bincount().tolist()
    assert one.counts == tuple(
        ClassCount(name=name, found=found, trained=found - held, held_out=held)
        for name, found, held in (("cats", 40, held_out[0]), ("dogs", 80, held_out[1]))
    )
    assert one.notes[0] == (
        f"120 images: {len(one.train)} trained on, {len(one.test)} held out "
        f"(cats {40 - held_out[0]} + {held_out[0]}, dogs {80 - held_out[1]} + {held_out[1]})"
    )


def test_images_beside_class_folders_are_left_out_and_folders_without_images_are_told(photos: Path) -> None:
    (photos / "cats").mkdir()
    fill(photos / "cats", 12)
    fill(photos, 7)
    (photos / "empty").mkdir()
    (photos / "letters").mkdir()
    (photos / "letters" / "one.txt").write_text("Dear aunt")
    one = dataset(photos)
    assert (one.classes, len(all_images(one))) == (("cats",), 12)
    assert one.notes[1:4] == (
        "skipped 1 of 20 files: letters/one.txt (no image)",
        "left out 7 images that lie beside the class folders: "
        "000.jpg, 001.png, 002.webp, 003.gif, 004.jpg, …",
        "no class for 2 folders without an image: empty, letters",
    )


def test_a_folder_of_letters_beside_photos_makes_no_classes(photos: Path) -> None:
    fill(photos, 12)
    (photos / "letters").mkdir()
    (photos / "letters" / "one.txt").write_text("Dear aunt")
    one = dataset(photos)
    assert (one.classes, len(all_images(one))) == (("photos",), 12)


def test_where_the_resized_copies_lie_is_told_and_how_large_they_are(photos: Path, cache: Path) -> None:
    fill(photos, 8)
    (path,) = dataset(photos).notes[-1:]
    (array,) = (cache / "latentop" / "images").glob("*.npy")
    assert path == f"the resized copies take {8 * 3 * 64 * 64 / 1e3:.0f} kB: {array}"


def test_links_are_followed_once_and_what_is_hidden_or_no_file_is_passed_over(
    photos: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    fill(elsewhere, 4)
    (photos / "linked").symlink_to(elsewhere)
    (photos / "again").symlink_to(photos)
    (photos / ".DS_Store").write_bytes(b"\0")
    os.mkfifo(photos / "pipe.png")
    one = dataset(photos)
    assert len(all_images(one)) == 4
    assert one.classes == ("linked",)
    assert not any("skipped" in note or "left out" in note for note in one.notes)


def test_a_link_to_nowhere_is_counted_and_named_among_what_is_skipped(photos: Path) -> None:
    fill(photos, 4)
    (photos / "dead.png").symlink_to(photos / "nowhere.png")
    (photos / "loop.png").symlink_to(photos / "loop.png")
    one = dataset(photos)
    assert len(all_images(one)) == 4
    (said,) = [note for note in one.notes if "skipped" in note]
    assert said.startswith("skipped 2 of 6 files: dead.png (no such file or directory), loop.png (")


def test_the_split_is_the_same_every_time(photos: Path, cache: Path) -> None:
    fill(photos, 30)
    one = dataset(photos, pixels=8)
    for path in (cache / "latentop" / "images").iterdir():
        path.unlink()
    again = dataset(photos, pixels=8)
    assert torch.equal(one.train, again.train)
    assert torch.equal(one.test, again.test)
    assert len(dataset(photos, pixels=8, held_out=10).test) == 10


# The cache


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were opened as images."""
    opened: list[Path] = []

    def spy(path: Path, pixels: int, channels: int, background: str) -> object:
        opened.append(path)
        return read_square(path, pixels, channels, background)

    monkeypatch.setattr(image_cache, "square", spy)
    return opened


def test_a_second_start_opens_no_image_and_knows_what_was_broken(photos: Path, decoded: list[Path]) -> None:
    fill(photos, 8)
    break_three(photos)
    first = dataset(photos)
    assert len(decoded) == 11
    decoded.clear()
    second = dataset(photos)
    assert decoded == []
    assert second.notes == first.notes
    assert torch.equal(second.train, first.train)


def touch(photos: Path) -> None:
    os.utime(photos / "001.png", ns=(0, 0))


def repaint(photos: Path) -> None:
    Image.new("L", (30, 30), 7).save(photos / "001.png")


def add(photos: Path) -> None:
    Image.new("L", (30, 30), 7).save(photos / "new.png")


def rename(photos: Path) -> None:
    (photos / "001.png").rename(photos / "renamed.png")


def remove(photos: Path) -> None:
    (photos / "001.png").unlink()


@pytest.mark.parametrize("change", [touch, repaint, add, rename, remove])
def test_a_changed_file_makes_it_anew_and_the_old_one_goes(
    photos: Path, cache: Path, decoded: list[Path], change: Callable[[Path], None]
) -> None:
    fill(photos, 8)
    dataset(photos)
    decoded.clear()
    change(photos)
    one = dataset(photos)
    assert len(decoded) == len(all_images(one)) == len(list(photos.iterdir()))
    assert len(list((cache / "latentop" / "images").glob("*.npy"))) == 1


def test_other_settings_have_arrays_of_their_own(photos: Path, cache: Path, decoded: list[Path]) -> None:
    fill(photos, 8)
    for settings in (
        {"pixels": 8},
        {"pixels": 9},
        {"pixels": 8, "channels": 1},
        {"pixels": 8, "background": "black"},
    ):
        dataset(photos, **settings)
    decoded.clear()
    assert dataset(photos, pixels=8).shape == (3, 8, 8)
    assert decoded == []
    assert len(list((cache / "latentop" / "images").glob("*.npy"))) == 4


def test_what_nobody_uses_goes_when_something_new_is_made(photos: Path, cache: Path) -> None:
    fill(photos, 8)
    folder = cache / "latentop" / "images"
    for pixels in (8, 9):
        dataset(photos, pixels=pixels)
    long_ago = time.time() - 40 * 86_400
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    half = folder / ".of-a-worker-that-was-killed.unfinished"
    half.touch()
    os.utime(half, (long_ago, long_ago))
    dataset(photos, pixels=9)
    dataset(photos, pixels=10)
    assert len(list(folder.glob("*.npy"))) == 2  # those that were used now
    assert not half.exists()


@pytest.mark.parametrize("suffix", ["npy", "json"])
def test_a_damaged_cache_is_made_anew(photos: Path, cache: Path, suffix: str) -> None:
    fill(photos, 8)
    first = dataset(photos)
    (path,) = (cache / "latentop" / "images").glob(f"*.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert torch.equal(dataset(photos).train, first.train)


def test_it_is_one_array_mapped_into_memory(photos: Path, cache: Path) -> None:
    fill(photos, 8)
    found = read_folder(Folder(path=str(photos), pixels=8))
    assert isinstance(found.images, np.memmap)
    assert sorted(path.suffix for path in (cache / "latentop" / "images").iterdir()) == [".json", ".npy"]


def test_a_cache_that_cannot_be_written_is_an_error(photos: Path, cache: Path) -> None:
    fill(photos, 2)
    cache.write_text("a file where a folder should be")
    with pytest.raises(DataError, match="can't be written") as caught:
        dataset(photos)
    assert "XDG_CACHE_HOME" in caught.value.hint


# From the command line to the worker, which runs in another folder


def test_a_relative_path_is_made_absolute_when_the_run_is_made(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(photos, 2)
    preset = catalogue.load(catalogue.find("dcgan-64"), ["data.path=photos"])
    monkeypatch.chdir(photos.parent)
    monkeypatch.setattr(launch, "start", lambda run: None)
    run = start(photos.parent / "runs", "dcgan-64", preset)
    data = catalogue.parse(run.preset.read_text(), "preset.toml").data
    assert isinstance(data, Folder)
    assert data.path == str(photos)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("~/photos", "{home}/photos"),
        ("/data", "/data"),
        ("~nobody-at-all/x", "{home}/~nobody-at-all/x"),
        ("", ""),
    ],
)
def test_home_is_meant_by_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    preset = catalogue.load(catalogue.find("dcgan-64"), [f"data.path={path}"])
    data = catalogue.anchored(preset).data
    assert isinstance(data, Folder)
    assert data.path == expected.format(home=tmp_path)


def test_a_folder_named_from_below_is_recorded_as_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos" / "below").mkdir(parents=True)
    (tmp_path / "link").symlink_to("photos/below")
    monkeypatch.chdir(tmp_path / "photos" / "below")
    for named in ("..", "../../photos", "../../link/.."):
        preset = catalogue.load(catalogue.find("dcgan-64"), [f"data.path={named}"])
        data = catalogue.anchored(preset).data
        assert isinstance(data, Folder)
        assert data.path == str(tmp_path / "photos")
        assert catalogue.data_name(catalogue.anchored(preset)) == "photos (folder)"
    assert absolute("../../link") == str(tmp_path / "link")  # a link by which people know it stays


# What can't be trained on


def test_no_such_folder(photos: Path) -> None:
    (photos / "file").touch()
    for path, said in (
        ("", "data.path is empty"),
        (str(photos / "nowhere"), "nowhere does not exist"),
        (str(photos / "file"), "file is no folder"),
    ):
        with pytest.raises(DataError, match=said) as caught:
            load(Folder(path=path), CPU)
        assert "data.path" in caught.value.message
        assert "--data FOLDER" in caught.value.hint


def test_no_image_in_it(photos: Path) -> None:
    with pytest.raises(DataError, match="photos holds no file"):
        dataset(photos)
    (photos / "letter.txt").write_text("Dear aunt")
    with pytest.raises(DataError, match=r"photos holds no image, only letter\.txt"):
        dataset(photos)
    assert resized_copies.every(preferences.cache()) == [], "nothing is kept of what is no image"
