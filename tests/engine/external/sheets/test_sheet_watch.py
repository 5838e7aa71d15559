"""A folder of sheets, as a program saves them: frames at their steps, diversity, and a collapse."""

import time
from io import BytesIO
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torchvision.utils import save_image

from latentop.engine.data import load
from latentop.engine.external.logs.rows import Picture
from latentop.engine.external.sheets.sheet_watch import SheetWatch
from latentop.engine.run.events import AlarmRaised, Event, Frame, Mark, Scalars
from latentop.presets.data import FashionMNIST

CPU = torch.device("cpu")


def real(count: int, seed: int) -> Tensor:
    images = load(FashionMNIST(), CPU).test
    return images[torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))[:count]]


def watch(folder: Path, against: Path | None = None) -> SheetWatch:
    return SheetWatch(str(folder / "fake_*.png"), grid=None, real=against, clock=time.monotonic)


def alarms(events: list[Event]) -> list[str]:
    return [event.name for event in events if isinstance(event, AlarmRaised)]


def test_sheets_are_frames_in_proportion_to_the_steps_of_the_log(tmp_path: Path) -> None:
    for epoch in range(1, 6):
        save_image(real(64, epoch), tmp_path / f"fake_epoch_{epoch:03d}.png")
    found = list(watch(tmp_path).poll(newest=1000))
    frames = [one for one in found if isinstance(one, Frame)]
    assert [one.step for one in frames] == [200, 400, 600, 800, 1000]
    assert frames[0].images.shape == (64, 1, 28, 28)
    assert not alarms(found)


@pytest.mark.slow
def test_sheets_that_become_alike_are_a_collapse(tmp_path: Path) -> None:
    for number in range(1, 11):
        images = real(64, number) if number < 6 else real(2, 0).repeat(32, 1, 1, 1)
        save_image(images, tmp_path / f"fake_{number}.png")
    found = list(watch(tmp_path).poll(newest=10))
    assert alarms(found) == ["collapsed"]


def test_held_against_real_images_lost_kinds_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    images = load(FashionMNIST(), CPU)
    for number, image in enumerate(images.train[:400]):
        save_image(image, folder / f"{number}.png", padding=0)
    one_class = images.test[images.test_labels == 1]
    for number in range(1, 13):
        fakes = real(64, number) if number < 5 else one_class[64 * (number % 2) : 64 * (number % 2) + 64]
        save_image(fakes, tmp_path / f"fake_{number}.png")
    sheets = watch(tmp_path, folder)
    found = list(sheets.poll(newest=12))
    coverage = {
        one.step: float(one.values["diversity/coverage"])
        for one in found
        if isinstance(one, Scalars) and "diversity/coverage" in one.values
    }
    assert sorted(coverage) == list(range(1, 13))
    assert min(coverage[step] for step in range(1, 5)) > 2 * max(coverage[step] for step in range(5, 13))
    assert "collapsed" in alarms(found)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    save_image(real(64, 1), tmp_path / "fake_1.png")
    sheets = watch(tmp_path, tmp_path / "nothing")
    list(sheets.poll(newest=1))
    assert sheets.unmeasured is not None
    assert "nothing" in sheets.unmeasured.why


def png(images: Tensor, **layout: float) -> bytes:
    file = BytesIO()
    save_image(images, file, format="png", **layout)  # type: ignore[arg-type]
    return file.getvalue()


def picture(name: str, step: int, *files: bytes) -> Picture:
    return Picture(name=name, step=step, wall=1.7e9 + step, files=files)


@pytest.mark.slow
def test_pictures_in_the_log_are_frames_at_their_steps_and_measured(tmp_path: Path) -> None:
    sheets = SheetWatch(None, grid=None, real=None, clock=time.monotonic)
    assert not sheets.expected
    sheets.add([picture("val/real_images", 100, png(real(16, 0)))])
    for step in range(100, 1100, 100):
        images = real(64, step) if step < 600 else real(2, 0).repeat(32, 1, 1, 1)
        sheets.add([picture("fake", step, png(images))])
    found = list(sheets.poll(newest=5000))
    frames = [(one.kind, one.step, len(one.images)) for one in found if isinstance(one, Frame)]
    assert frames == [("real", 100, 16), *(("samples", step, 64) for step in range(100, 1100, 100))]
    assert alarms(found) == ["collapsed"]
    assert sheets.expected


def test_pictures_logged_together_are_tiles_and_one_whole_picture_is_shown_and_not_measured() -> None:
    sheets = SheetWatch(None, grid=None, real=None, clock=time.monotonic)
    each = [png(one, padding=0) for one in real(10, 0)]
    sheets.add([picture("samples", 1, *each), picture("samples", 2, png(real(64, 1), padding=0))])
    found = list(sheets.poll(newest=2))
    frames = [one.images.shape for one in found if isinstance(one, Frame)]
    assert frames == [(10, 1, 28, 28), (1, 1, 224, 224)]
    assert [one.step for one in found if isinstance(one, Scalars)] == [1]
    (told,) = [one.text for one in found if isinstance(one, Mark)]
    assert "shown whole, and not measured" in told
    assert "--grid 8x8" in told


def test_one_name_stands_for_the_samples(tmp_path: Path) -> None:
    sheets = SheetWatch(None, grid=None, real=None, clock=time.monotonic)
    sheets.add([picture("loss surface", 1, png(real(9, 0))), picture("fake", 1, png(real(16, 0)))])
    found = list(sheets.poll(newest=1))
    assert [len(one.images) for one in found if isinstance(one, Frame)] == [16]
    assert [one.text for one in found if isinstance(one, Mark)] == [
        "pictures loss surface are not shown: fake stands in their place"
    ]
    save_image(real(25, 0), tmp_path / "fake_1.png")
    sheets = watch(tmp_path)
    sheets.add([picture("fake", 1, png(real(16, 0)))])
    found = list(sheets.poll(newest=1))
    assert [len(one.images) for one in found if isinstance(one, Frame)] == [25]


def test_of_many_sheets_some_are_shown_and_all_are_measured(tmp_path: Path) -> None:
    sheets = SheetWatch(None, grid=None, real=None, clock=time.monotonic)
    sheet = png(real(9, 0))
    sheets.add([picture("fake", step, sheet) for step in range(1, 301)])
    found = list(sheets.poll(newest=300))
    shown = [one.step for one in found if isinstance(one, Frame)]
    assert shown == list(range(3, 301, 3))
    assert sum(isinstance(one, Scalars) for one in found) == 300


def test_sheets_wait_for_the_next_look_where_time_is_short() -> None:
    seconds = iter(range(1000))
    sheets = SheetWatch(None, grid=None, real=None, clock=lambda: next(seconds))
    sheets.add([picture("fake", step, png(real(9, 0))) for step in range(1, 6)])
    steps = []
    while sheets.waits or not steps:
        steps.append([one.step for one in sheets.poll(newest=5, seconds=3) if isinstance(one, Frame)])
    assert steps == [[1, 2], [3, 4], [5]]


def test_large_tiles_are_shown_no_larger_than_a_terminal_draws(tmp_path: Path) -> None:
    large = torch.nn.functional.interpolate(real(9, 0), size=(256, 256))
    save_image(large, tmp_path / "fake_1.png")
    (frame,) = [one for one in watch(tmp_path).poll(newest=1) if isinstance(one, Frame)]
    assert frame.images.shape == (9, 1, 128, 128)
