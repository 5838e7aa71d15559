"""A file that is replaced: whole or not at all, and for its owner alone."""

from pathlib import Path

import pytest

from latentop.presets.atomic_file import replacing


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    place = tmp_path / "settings.toml"
    for content in (b"old", b"newer and longer"):
        with replacing(place) as file:
            file.write(content)
        assert place.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
    assert place.stat().st_mode & 0o077 == 0


def test_what_fails_half_way_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "settings.toml"
    place.write_bytes(b"old")

    def write_half() -> None:
        with replacing(place) as file:
            file.write(b"ne")
            assert place.read_bytes() == b"old"
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        write_half()
    assert place.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
