"""What the runs of a folder tell of presets."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from latentop.engine.run import deletion
from latentop.presets.preview import Preview
from latentop.tui.runs.tried import Takes, takes, tried
from tests.support.dashboard import Recorded
from tests.support.previews import MADE

HERE = socket.gethostname()
PREVIEWS: dict[str, Preview] = {"dcgan": replace(MADE, speed=10.0), "vae": replace(MADE, speed=40.0)}


def run(runs: Path, preset: str, *words: str, steps: int = 1000, **facts: object) -> Recorded:
    recorded = Recorded(runs, preset, *words)
    recorded.trains(steps, **{"elapsed": 100.0, "host": HERE, "verdict": "healthy", **facts})
    return recorded


def test_a_preset_that_was_trained_here_tells_how_it_went_and_how_fast_it_is(tmp_path: Path) -> None:
    run(tmp_path, "vae", state="failed", verdict="unknown")
    run(tmp_path, "ring", verdict="collapsed")
    run(tmp_path, "stacked", verdict="unknown")
    newest = run(tmp_path, "dcgan", state="finished", size=42_000_000)
    (newest.run.checkpoints / "step-000000300.pt").write_bytes(bytes(1_000_000))
    found = tried(tmp_path)
    assert {name: one.mark for name, one in found.items()} == {
        "vae": "✖",
        "ring": "✖",
        "stacked": "·",
        "dcgan": "✔",
    }
    assert (found["dcgan"].speed, found["dcgan"].measured) == (10.0, newest.run.id)
    assert found["dcgan"].size == deletion.size(newest.run) > 1_000_000


def test_a_run_of_another_machine_or_of_a_moment_tells_no_speed(tmp_path: Path) -> None:
    run(tmp_path, "vae", host="elsewhere", state="finished")
    run(tmp_path, "dcgan", elapsed=2.0)
    assert [one.speed for one in tried(tmp_path).values()] == [None, None]


def test_only_a_run_on_the_same_data_with_the_same_settings_tells_how_long_it_takes(tmp_path: Path) -> None:
    alike = run(tmp_path, "dcgan", "steps=300", "generator.lr=1e-3", "seed=7", state="finished", size=42)
    (alike.run.checkpoints / "step-000000300.pt").write_bytes(bytes(1_000_000))
    for word in ("data.size=full", "data.name=digits", "batch=8", "generator.channels=8", "device=cpu"):
        run(tmp_path, "dcgan", word, elapsed=10.0, state="finished", size=77)
    changed = run(tmp_path, "dcgan", elapsed=10.0)
    changed.says(settings={"batch": 8})
    found = tried(tmp_path)["dcgan"]
    assert (found.speed, found.measured, found.size) == (10.0, alike.run.id, deletion.size(alike.run))
    run(tmp_path / "other", "vae", "batch=8")
    assert tried(tmp_path / "other")["vae"].speed is None


def test_a_folder_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert tried(tmp_path / "none") == {}


def test_how_long_it_takes_is_told_by_what_is_nearest(tmp_path: Path) -> None:
    run(tmp_path, "dcgan", elapsed=200.0)  # 5 steps a second: half as fast as where the preview was made
    found = tried(tmp_path)
    here = takes("dcgan", 20_000, found, PREVIEWS)
    assert here == Takes(seconds=4_000, judged_by=found["dcgan"].measured, here=True)
    assert takes("vae", 2_000, found, PREVIEWS) == Takes(
        seconds=100, judged_by="another preset trained here", here=False
    )
    assert takes("vae", 2_000, {}, PREVIEWS) == Takes(
        seconds=50, judged_by="the machine that made the preview", here=False
    )
    assert takes("ring", 2_000, found, PREVIEWS) is None


@pytest.mark.parametrize("damage", [b"no database" * 100, b""])
def test_a_damaged_run_hides_no_other(tmp_path: Path, damage: bytes) -> None:
    bad = run(tmp_path, "vae")
    bad.store.close()
    for path in bad.run.path.glob("run.db*"):
        path.unlink()
    bad.run.database.write_bytes(damage)
    run(tmp_path, "dcgan")
    assert list(tried(tmp_path)) == ["dcgan"]
