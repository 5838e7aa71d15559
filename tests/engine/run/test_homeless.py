"""Who has no home: containers and jobs may run as a user that the machine does not know."""

import pwd
from pathlib import Path

import platformdirs
import pytest
from PIL import Image

from latentop.engine.data.image_folder import read_folder
from latentop.engine.run.errors import DataError, UsageError
from latentop.presets import catalogue
from latentop.presets.data import Folder
from latentop.tui import cli, settings
from latentop.tui.settings import Remembered, Settings
from tests.support.recorded_runs import assert_two_lines


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_name: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    for kind in ("user_config_path", "user_cache_path"):
        monkeypatch.setattr(platformdirs, kind, unknown)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", lambda number: {}[number])


def test_settings_are_as_at_first_and_can_only_be_changed_for_now() -> None:
    remembered = Remembered(settings.path())
    assert remembered.settings == Settings()
    assert remembered.trouble == ""
    with pytest.raises(UsageError):
        remembered.change(bell=True)
    assert remembered.settings.bell


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["presets"]) == 0
    assert "dcgan" in capsys.readouterr().out
    assert catalogue.find("ring").name == "ring"


@pytest.mark.parametrize(
    "words",
    [
        ["ls", "--runs", "~/runs"],
        ["show", "~/runs/mine"],
        ["train", "~/mine.toml"],
        ["diagnose", "~/log.csv"],
        ["train", "dcgan", "--data", "~/photos"],
    ],
)
def test_a_home_that_nobody_knows_is_told_in_two_lines(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LATENTOP_RUNS", str(tmp_path))
    assert cli.main(words) == 2
    assert_two_lines(capsys.readouterr().err, "~", "")


def test_images_find_no_cache_and_say_which_would_do(tmp_path: Path) -> None:
    for number in range(3):
        Image.new("RGB", (9, 9), (number, 0, 0)).save(tmp_path / f"{number}.png")
    with pytest.raises(DataError) as told:
        read_folder(Folder(path=str(tmp_path)))
    assert "XDG_CACHE_HOME" in told.value.hint
