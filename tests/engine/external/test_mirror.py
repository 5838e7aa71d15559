"""A log in a run: what is there first, what comes, and what samples say."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from torchvision.utils import save_image

from latentop.engine.external.logs.rows import Batch, Picture, Rows
from latentop.engine.external.mirror import Mirror
from latentop.engine.external.sheets.sheet_watch import SheetWatch
from latentop.engine.record.host_copy import Column
from latentop.engine.run.diagnosis import Source
from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store import reader

Alarms = Iterator[AlarmRaised | AlarmCleared]


class Told:
    """A log that says what it is given."""

    source: Source = "text"

    def __init__(self, *batches: Batch) -> None:
        self.batches = [*batches]
        self.notes: list[str] = []

    def poll(self, *, final: bool = False) -> list[Batch]:
        return [self.batches.pop(0)] if self.batches else []

    def close(self) -> None:
        pass


def batch(steps: range, *pictures: Picture, back_to: int | None = None) -> Batch:
    at = np.array(steps, dtype=np.int64)
    found = tuple(
        Rows(name=name, steps=at, walls=1.7e9 + at, values=np.ones(len(at)))
        for name in ("loss/generator", "loss/discriminator")
    )
    return Batch(steps=at, rows=found if len(at) else (), pictures=pictures, back_to=back_to)


def picture(step: int) -> Picture:
    file = BytesIO()
    save_image(torch.rand(16, 1, 8, 8), file, format="png")
    return Picture(name="fake", step=step, wall=1.7e9, files=(file.getvalue(),))


class Silent:
    """A judge that says nothing."""

    def __call__(self, columns: Mapping[str, Column], /) -> Alarms:
        yield from ()

    def back_to(self, step: int, /) -> Alarms:
        yield from ()

    def end(self) -> Alarms:
        yield from ()


def run_in(folder: Path) -> RunFolder:
    return launch.new(folder / "runs", RunFacts(preset="log", kind="other", watches="log"), None)


def sheets() -> SheetWatch:
    return SheetWatch(None, grid=None, real=None, clock=time.monotonic)


def read(run: RunFolder) -> reader.Batch:
    with closing(reader.Reader(run.database)) as one:
        found = one.poll()
        assert found is not None
        return found


def test_what_is_there_is_in_the_run_before_it_is_judged(tmp_path: Path) -> None:
    run, seen = run_in(tmp_path), []

    class Judge(Silent):
        def __call__(self, columns: Mapping[str, Column], /) -> Alarms:
            seen.append(read(run).bins["loss/generator"].step.tolist())
            yield from ()

    Mirror(run, Told(batch(range(1, 50))), Judge(), sheets()).catch_up()
    assert seen == [list(range(1, 50))]


def test_the_time_of_training_is_what_the_log_tells(tmp_path: Path) -> None:
    mirror = Mirror(run_in(tmp_path), Told(batch(range(1, 101))), Silent(), sheets())
    mirror.catch_up()
    assert mirror.elapsed == 99.0


def test_pictures_that_training_went_back_behind_are_forgotten(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    first = batch(range(1, 11), picture(4), picture(9))
    mirror = Mirror(run, Told(first, batch(range(6, 21), picture(12), back_to=6)), Silent(), sheets())
    mirror.catch_up(final=True)
    with closing(reader.Reader(run.database)) as one:
        shown = [one.frames(step)["samples"].step for step in (4, 9, 12)]
    assert shown == [4, 4, 12]
    told = read(run).facts
    assert (told.step, told.kind, told.metered) == (20, "gan", False)
    assert "no real images" in told.unmeasured


def test_a_log_of_pictures_alone_is_a_run(tmp_path: Path) -> None:
    run = run_in(tmp_path)
    mirror = Mirror(run, Told(batch(range(0), picture(7))), Silent(), sheets())
    mirror.catch_up(final=True)
    assert mirror.begun
    assert (mirror.step, read(run).facts.kind) == (7, "gan")


def test_who_reads_a_log_does_not_wait_for_torch() -> None:
    code = (
        "import json, sys, latentop.engine.external.follower, latentop.engine.external.logs.__main__;"
        "print(json.dumps([name for name in ('torch', 'tensorboard', 'textual') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []
