"""Every format that other programs write, read once and as it grows."""

import importlib.util
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from latentop.engine.external.logs.columns_wanted import ColumnsWanted
from latentop.engine.external.logs.log_feed import LogFeed
from latentop.engine.external.logs.places import LogPlaces
from latentop.engine.external.logs.rows import Batch
from tests.support.log_shapes import SHAPES, LogShape, wandb_file

NAN = float("nan")
NO_WANDB = importlib.util.find_spec("wandb") is None
Found = Mapping[str, tuple[NDArray[np.int64], NDArray[np.float64]]]


def whole(feed: LogFeed, *, final: bool = True) -> list[Batch]:
    batches: list[Batch] = []
    while new := feed.poll(final=final):
        batches += new
    return batches


def joined(batches: Iterable[Batch]) -> Found:
    """Series with their steps and values; what lies behind a restart is dropped."""
    found: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
    for batch in batches:
        if (back := batch.back_to) is not None:
            found = {name: (at[at < back], values[at < back]) for name, (at, values) in found.items()}
        for one in batch.rows:
            at, values = found.get(one.name, (np.empty(0, np.int64), np.empty(0)))
            found[one.name] = np.concatenate([at, one.steps]), np.concatenate([values, one.values])
    return found


def assert_said(found: Found, shape: LogShape) -> None:
    for name, values in shape.series.items():
        steps, got = found[name]
        assert steps.tolist() == shape.steps.tolist(), name
        assert got == pytest.approx(values, abs=1e-3), name
    for name, points in dict(shape.more).items():
        assert dict(zip(*(one.tolist() for one in found[name]), strict=True)) == pytest.approx(points)


def shapes(*, binary: bool = True) -> list[LogShape]:
    return [
        pytest.param(one, id=one.name, marks=[pytest.mark.skipif(NO_WANDB, reason="wandb is not installed")])
        if one.name == "wandb"
        else pytest.param(one, id=one.name)
        for one in SHAPES.values()
        if binary or not one.binary
    ]


@pytest.mark.parametrize("shape", shapes())
def test_a_log_is_read_whatever_its_format(tmp_path: Path, shape: LogShape) -> None:
    path = shape.write(tmp_path)
    (place,) = LogPlaces(path).find()
    feed = place.open(ColumnsWanted())
    found = joined(whole(feed))
    feed.require()
    feed.close()
    assert_said(found, shape)
    assert feed.notes == list(shape.notes)


@pytest.mark.parametrize("shape", shapes(binary=False))
def test_a_log_that_grows_is_read_as_it_would_be_once(tmp_path: Path, shape: LogShape) -> None:
    """A few bytes at a time, in the middle of lines, numbers and names."""
    path = shape.write(tmp_path)
    files = [path] if path.is_file() else sorted(path.iterdir())
    contents = {file: file.read_bytes() for file in files}
    places = LogPlaces(path)
    for file in files:
        head = contents[file][:400]
        file.write_bytes(head[: head.rfind(b"\n") + 1] or contents[file])
    (place,) = places.find()
    feed = place.open(ColumnsWanted())
    batches = whole(feed, final=False)
    for part in range(1, 41):
        for file in files:
            written, content = file.stat().st_size, contents[file]
            with file.open("ab") as more:
                more.write(content[written : max(written, len(content) * part // 40)])
        feed.extend(places.find()[0].parts)
        batches += whole(feed, final=False)
    assert_said(joined(batches), shape)
    assert all(batch.back_to is None for batch in batches)
    feed.close()


@pytest.mark.skipif(NO_WANDB, reason="wandb is not installed")
def test_wandbs_file_is_read_as_it_grows_over_its_blocks(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"loss_G": step / 10, "loss_D": NAN if step == 7 else 0.5, "note": "x" * 3000} for step in range(100)
    ]
    path = wandb_file(tmp_path / "run-a1.wandb", rows)
    content = path.read_bytes()
    path.write_bytes(content[:500])
    (place,) = LogPlaces(path).find()
    feed = place.open(ColumnsWanted())
    batches = whole(feed, final=False)
    for part in range(1, 30):
        path.write_bytes(content[: len(content) * part // 29])
        batches += whole(feed, final=False)
    found = joined(batches)
    assert found["loss/generator"][1].tolist() == pytest.approx([step / 10 for step in range(100)])
    assert np.isnan(found["loss/discriminator"][1]).nonzero()[0].tolist() == [7]
    assert (found["loss/generator"][0] == np.arange(100)).all()


@pytest.mark.skipif(NO_WANDB, reason="wandb is not installed")
def test_what_wandb_itself_writes_is_read(tmp_path: Path) -> None:
    code = (
        "import wandb; run = wandb.init(mode='offline', project='p')\n"
        "for step in range(20): run.log({'loss_G': step / 10, 'loss_D': 0.5})\n"
        "run.finish()"
    )
    quiet = {"WANDB_SILENT": "true", "WANDB_DIR": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | quiet, check=True, capture_output=True
    )
    (place,) = LogPlaces(tmp_path).find()
    steps, values = joined(whole(place.open(ColumnsWanted())))["loss/generator"]
    assert steps.tolist() == [*range(20)]
    assert values.tolist() == pytest.approx([step / 10 for step in range(20)])


def test_event_files_are_read_as_they_grow(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(tmp_path))
    places, feed, batches = LogPlaces(tmp_path), None, []
    for step in range(30):
        writer.add_scalar("G_loss", step / 10, step)
        writer.add_scalar("D_loss", NAN if step == 7 else 0.5, step)
        writer.flush()
        (place,) = places.find()
        feed = feed or place.open(ColumnsWanted())
        batches += whole(feed, final=False)
    writer.close()
    found = joined(batches)
    assert found["loss/generator"][0].tolist() == [*range(30)]
    assert np.isnan(found["loss/discriminator"][1]).nonzero()[0].tolist() == [7]
    assert len(batches) >= 30


def test_trackios_rows_are_read_as_they_come(tmp_path: Path) -> None:
    path = SHAPES["trackio"].write(tmp_path)
    (place,) = LogPlaces(path).find()
    feed = place.open(ColumnsWanted())
    whole(feed, final=False)
    with closing(sqlite3.connect(path)) as database, database:
        values = ("2024-01-01T11:00:00+00:00", "first", 6100, '{"g_loss": 3.0, "d_loss": "Infinity"}')
        database.execute("INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES (?,?,?,?)", values)
        assert whole(feed, final=False) == []
    (batch,) = whole(feed, final=False)
    assert {one.name: one.values.tolist() for one in batch.rows if one.name.startswith("loss/")} == {
        "loss/generator": [3.0],
        "loss/discriminator": [float("inf")],
    }
    assert next(one.walls.tolist() for one in batch.rows if one.walls is not None) == [1704106800.0]
