"""``--data FOLDER``: any preset of images on one's own; a wrong folder is refused before there is a run."""

import json
from pathlib import Path

import pytest
from PIL import Image

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets import catalogue, image_folder
from latentop.presets.data import Folder, Grid, Images
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui import cli

IMAGES = [entry.name for entry in catalogue.entries() if isinstance(catalogue.load(entry).data, Images)]
POINTS = [entry.name for entry in catalogue.entries() if entry.name not in IMAGES]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (8, 8)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The runs that would be trained."""
    runs: list[RunFolder] = []
    monkeypatch.setattr(launch, "start", lambda run, **_: runs.append(run))
    monkeypatch.setattr(launch, "queue", lambda made, jobs: runs.extend(made))
    return runs


def preset_of(run: RunFolder) -> Preset:
    return catalogue.parse(run.preset.read_text(), "preset.toml")


def train(tmp_path: Path, *words: str) -> int:
    return cli.main(["train", *words, "--detach", "--runs", str(tmp_path / "runs")])


@pytest.mark.parametrize("name", IMAGES)
def test_any_preset_of_images_trains_on_a_folder(
    name: str, photos: Path, tmp_path: Path, begun: list[RunFolder]
) -> None:
    assert train(tmp_path, name, "--data", str(photos)) == 0
    data = preset_of(begun[0]).data
    assert isinstance(data, Folder)
    assert (data.path, data.pixels, data.channels) == (str(photos), 64, 3)
    assert "Fashion-MNIST" not in preset_of(begun[0]).title


@pytest.mark.parametrize("name", POINTS)
def test_a_preset_of_points_says_that_it_does_not(
    name: str, photos: Path, tmp_path: Path, begun: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path, name, "--data", str(photos)) == 2
    tag = catalogue.load(catalogue.find(name)).data.tag
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"latentop: --data {photos}: the preset trains on points ({tag}), not on images"
    assert len(said) == 2
    assert not begun


def test_settings_go_beside_it_in_any_order(photos: Path, tmp_path: Path, begun: list[RunFolder]) -> None:
    others = ["--set", "data.pixels=32", "--set", "data.channels=1"]
    for words in (
        ["--data", str(photos), *others],
        ["--set", f"data.path={photos}", *others, "--set", "data.name=folder"],
    ):
        assert train(tmp_path, "memorising", *words) == 0
        data = preset_of(begun.pop()).data
        assert data == Folder(path=str(photos), pixels=32, channels=1, train=100)


def test_several_seeds_train_on_it(photos: Path, tmp_path: Path, begun: list[RunFolder]) -> None:
    assert train(tmp_path, "vae", "--data", str(photos), "--seeds", "3") == 0
    assert [preset_of(run).seed for run in begun] == [42, 43, 44]
    assert {preset_of(run).data.tag for run in begun} == {"folder"}


@pytest.mark.parametrize("name", ["2024", "1e5", "true", "a # b", '"quoted"', "~nobody-at-all"])
def test_a_path_is_seen_from_where_one_stands_whatever_its_name(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: list[RunFolder], name: str
) -> None:
    photos.rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert train(tmp_path, "stacked", "--data", name) == 0
    data = preset_of(begun[0]).data
    assert isinstance(data, Folder)
    assert data.path == str(tmp_path / name)


def test_home_is_meant_by_a_tilde(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: list[RunFolder]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert train(tmp_path, "stacked", "--data", "~/photos") == 0
    data = preset_of(begun[0]).data
    assert isinstance(data, Folder)
    assert data.path == str(photos)


def one_image(photos: Path) -> str:
    (photos / "1.png").write_text("Dear aunt")
    return "holds one image only"


def no_image(photos: Path) -> str:
    for path in photos.iterdir():
        path.write_text("Dear aunt")
    return "holds no image, only 0.png (no image), 1.png (no image)"


def no_file(photos: Path) -> str:
    for path in photos.iterdir():
        path.unlink()
    return "holds no file"


def one_in_a_class(photos: Path) -> str:
    (photos / "cats").mkdir()
    Image.new("RGB", (8, 8)).save(photos / "cats" / "0.png")
    return "holds one image in its class folders; those beside class folders are left out"


def no_folder(photos: Path) -> str:
    no_file(photos)
    photos.rmdir()
    photos.write_text("Dear aunt")
    return "is no folder"


def nothing(photos: Path) -> str:
    photos.rename(photos.with_name("elsewhere"))
    return "does not exist"


@pytest.mark.parametrize("spoil", [one_image, no_image, no_file, one_in_a_class, no_folder, nothing])
@pytest.mark.parametrize("more", [[], ["--seeds", "2"]])
def test_a_wrong_folder_is_refused_before_there_is_a_run(
    photos: Path,
    tmp_path: Path,
    begun: list[RunFolder],
    capsys: pytest.CaptureFixture[str],
    spoil: object,
    more: list[str],
) -> None:
    assert callable(spoil)
    problem = spoil(photos)
    for words in (["dcgan", "--data", str(photos)], ["dcgan-64", "--set", f"data.path={photos}"]):
        assert train(tmp_path, *words, *more) == 2
        said = capsys.readouterr().err.splitlines()
        assert said[0] == f"latentop: data.path = {photos} {problem}"
        assert len(said) == 2
    assert not begun
    assert not (tmp_path / "runs").exists()


def test_no_folder_at_all_is_refused(
    tmp_path: Path, begun: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["dcgan-64"], ["dcgan", "--data", ""], ["dcgan", "--set", "data.name=folder"]):
        assert train(tmp_path, *words) == 2
        assert "data.path is empty\n  try: name a folder of images: --data FOLDER" in capsys.readouterr().err
    assert not begun


def test_a_folder_that_cannot_be_opened_is_refused(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(PresetError, match="can't be opened: Permission denied") as caught:
        image_folder.check(Folder(path=str(photos)))
    assert caught.value.key == "data.path"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied"), "permission denied"),
        (
            OSError("image file is truncated (3 bytes not processed)"),
            "damaged: image file is truncated (3 bytes not processed)",
        ),
        (SyntaxError("broken\nPNG \x1b[31mfile"), "damaged: broken PNG �[31mfile"),
        (KeyError(), "damaged: KeyError"),
        (ValueError("x" * 500), f"damaged: {'x' * 79}…"),
        (image_folder.TooLargeError(12_000, 9_000), "too large: 12 000 × 9 000 pixels"),
        (Image.DecompressionBombError(), "too large: more than 178 956 970 pixels"),
    ],
)
def test_why_a_file_is_no_image_is_told_in_some_words(error: Exception, told: str) -> None:
    assert image_folder.reason(error) == told


def test_of_a_large_folder_a_few_files_are_opened(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    real = Image.open

    def spy(path: Path) -> Image.Image:
        opened.append(path)
        return real(path)

    for number in range(2, 50):
        Image.new("RGB", (8, 8)).save(photos / f"{number}.png")
    monkeypatch.setattr(Image, "open", spy)
    image_folder.check(Folder(path=str(photos)))
    assert len(opened) == 2


# What another choice leaves behind


def test_another_choice_drops_the_settings_that_it_does_not_know() -> None:
    dcgan = catalogue.find("dcgan")
    for preset in (
        catalogue.load(dcgan, ["data.name=folder"]),
        catalogue.override(catalogue.load(dcgan), ["data.name=folder"]),
    ):
        assert preset.data == Folder()
    one = catalogue.load(dcgan, ["discriminator.network=dense", "discriminator.hidden=[9]"])
    assert catalogue.flatten(one)["discriminator.hidden"] == (9,)
    assert (
        catalogue.flatten(one)["discriminator.lr"]
        == catalogue.flatten(catalogue.load(dcgan))["discriminator.lr"]
    )


def test_what_both_know_stays_and_what_was_never_said_has_its_new_default() -> None:
    ring = catalogue.load(catalogue.find("ring"), ["data.points=5000"])
    assert catalogue.override(ring, ["data.name=grid"]).data == Grid(points=5000)
    memorising = catalogue.load(catalogue.find("memorising"), ["data.name=folder"])
    assert memorising.data == Folder(train=100)


def test_a_setting_that_no_one_knows_is_still_refused() -> None:
    with pytest.raises(PresetError, match=r"data\.size: no such setting"):
        catalogue.load(catalogue.find("dcgan"), ["data.name=folder", "data.size=full"])
    with pytest.raises(PresetError, match=r"--set data\.name=foldr: data\.name: 'foldr' is not accepted"):
        catalogue.load(catalogue.find("dcgan"), ["data.name=foldr"])


def test_it_is_listed_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("train", "fork"):
        assert cli.main([command, "--help"]) == 0
        assert "--data FOLDER" in capsys.readouterr().out


def test_json_names_the_run(
    photos: Path, tmp_path: Path, begun: list[RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path, "vae", "--data", str(photos), "--json") == 0
    assert json.loads(capsys.readouterr().out)["run"] == begun[0].id
