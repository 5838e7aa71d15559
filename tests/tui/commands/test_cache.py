"""``latentop cache``: how much room the resized copies of images take, and that they go."""

import json
from pathlib import Path

import pytest

from latentop.engine.data.image_cache import squares
from latentop.tui import cli
from tests.engine.data.test_image_folder import fill


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, with copies of eight images in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "photos").mkdir()
    fill(tmp_path / "photos", 8)
    names = sorted(path.name for path in (tmp_path / "photos").iterdir())
    place = tmp_path / "cache" / "latentop"
    place.mkdir(parents=True)
    squares(tmp_path / "photos", names, pixels=200, channels=3, cache=place)
    return place


def test_it_says_of_which_folder_how_much_is_kept_and_removes_it(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["cache"]) == 0
    one, all_of_them = capsys.readouterr().out.splitlines()
    assert one.split()[:3] == ["1.0", "MB", "used"]
    assert one.endswith(str(tmp_path / "photos"))
    assert (
        all_of_them == f"1.0 MB of resized copies in {cache / 'images'}; remove them: latentop cache --clear"
    )
    assert cli.main(["cache", "--clear"]) == 0
    assert "1.0 MB of resized copies are removed" in capsys.readouterr().out
    assert list((cache / "images").iterdir()) == []
    assert cli.main(["cache"]) == 0
    assert capsys.readouterr().out == f"no resized copies in {cache / 'images'}\n"


def test_programs_are_told_in_json(cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["folder"] == str(cache / "images")
    assert [one["source"] for one in told["copies"]] == [str(tmp_path / "photos")]
    assert told["copies"][0]["bytes"] == Path(told["copies"][0]["path"]).stat().st_size
