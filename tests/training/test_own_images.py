"""Training on a folder of one's own images, from the command line, and hearing which of them are none."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support import SMALL_GAN
from tui import cli


def test_a_folder_trains_and_says_which_files_it_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(197):
        image = Image.new(("RGB", "L", "P", "RGBA")[number % 4], (20 + number, 150 - number % 100), number)
        image.save(photos / f"{number}.png")
    for name in ("a.png", "b.jpg", "c.jpg"):
        (photos / name).write_bytes(b"no image")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    words = [word for one in (*SMALL_GAN, "data.path=photos") for word in ("--set", one)]
    assert cli.main(["train", "dcgan-64", *words, "--steps", "3", "--runs", "runs"]) == 0
    said = capsys.readouterr().out
    assert said.count("skipped 3 of 200 files that are no images: a.png, b.jpg, c.jpg") == 1
    assert "finished at step 3 of 3" in said
    (log,) = Path("runs").glob("*/worker.log")
    assert all(log.read_text().count(f"no image: {name}\n") == 1 for name in ("a.png", "b.jpg", "c.jpg"))
