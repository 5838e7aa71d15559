"""Real workers: they are asked, stopped, killed and starved, and what they leave behind is looked at."""

import os
import resource
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.store.reader import Reader
from latentop.presets import catalogue
from tests.support.real_runs import (
    FEW_IMAGES,
    SMALL_GAN,
    alone,
    ask,
    end,
    everything,
    facts,
    folded,
    training,
    wait_until,
)
from tests.support.recorded_runs import latentop

LONG = (*SMALL_GAN, *FEW_IMAGES, "steps=1000000")


def state(run: RunFolder) -> str:
    return liveness.judge(facts(run), time.time()).name


def steps_of(run: RunFolder, series: str) -> list[int]:
    with sqlite3.connect(run.database) as connection:
        rows = connection.execute(
            "SELECT step FROM points JOIN series ON series.id = points.series WHERE name = ? ORDER BY step",
            (series,),
        ).fetchall()
    return [step for (step,) in rows]


def test_a_short_gan_leaves_a_whole_record(tmp_path: Path) -> None:
    words = [*SMALL_GAN, *FEW_IMAGES, "steps=60"]
    with training(tmp_path, "dcgan", words) as run, closing(Reader(run.database)) as viewer:
        viewer.poll()
        wait_until(lambda: state(run) == "finished" and folded(run))
        assert alone(run).facts.state == "finished"
    recorded = everything(run)
    for name in ("loss/generator", "loss/discriminator", "score/real", "score/fake"):
        bins = recorded.bins[name]
        assert bins.n.sum() == 60
        assert bins.step[-1] == 60
        assert np.isfinite(bins.mean).all()
    assert recorded.bins["diversity/coverage"].step[-1] == 60
    assert recorded.frames["samples"].images.shape == (36, 1, 28, 28)
    assert recorded.frames["samples"].images.std() > 0
    assert recorded.facts.data_source == "inside the package"
    assert len(recorded.facts.classes) == 10
    assert list(run.checkpoints.glob("step-000000060.pt"))


def test_a_run_is_private_to_its_user(tmp_path: Path) -> None:
    with training(tmp_path, "stacked", ["steps=1000000"]) as run:
        wait_until(lambda: facts(run).step > 0)
        modes = {path: path.stat().st_mode & 0o777 for path in [run.path, *run.path.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


@pytest.mark.slow
def test_the_autoencoder_learns(tmp_path: Path) -> None:
    with training(tmp_path, "stacked", ["steps=2000"]) as run:
        wait_until(lambda: state(run) == "finished")
    recorded = everything(run)
    assert recorded.bins["valid/reconstruction"].last[-1] < 0.0875 / 3  # of what the mean image leaves
    assert set(recorded.frames) >= {"input", "reconstruction", "error", "codings"}
    assert recorded.facts.verdict == "healthy"


def test_commands_are_carried_out_answered_and_recorded(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)

        assert ask(run, "pause").state == "applied"
        wait_until(lambda: state(run) == "paused")
        paused_at = facts(run).step
        assert ask(run, "pause").state == "refused"

        answer = ask(run, "set", {"generator.lr": 5e-5})
        assert (answer.state, answer.step, answer.text) == (
            "applied",
            paused_at,
            "generator.lr 0.0002 → 5e-05",
        )
        refused = ask(run, "set", {"generator.lr": -1})
        assert refused.state == "refused"
        assert "above 0" in (refused.text or "")
        refused = ask(run, "set", {"generator.channels": 3})
        assert "the weights would not fit" in (refused.text or "")

        assert ask(run, "checkpoint").state == "applied"
        assert facts(run).step == paused_at

        assert ask(run, "resume").state == "applied"
        wait_until(lambda: facts(run).step > paused_at)

        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
    recorded = everything(run)
    assert [mark.kind for mark in recorded.marks] == ["pause", "edit", "checkpoint", "resume", "stop"]
    assert recorded.facts.settings["generator.lr"] == 5e-5
    assert all(command.asked_by for command in recorded.commands)
    with pytest.raises(UsageError, match="is stopped: nobody is there to pause it"):
        commands.ask(run, "pause")


def test_sigterm_writes_a_checkpoint_and_says_so(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 5)
        pid = facts(run).pid
        assert pid is not None
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: state(run) == "stopped")
    last = facts(run).step
    assert list(run.checkpoints.glob(f"step-{last:09d}.pt"))
    assert [mark.text for mark in everything(run).marks] == ["stopped by SIGTERM"]


def test_sigkill_shows_as_crashed_and_the_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 5)
        assert ask(run, "checkpoint").state == "applied"
        saved = everything(run).marks[-1].step
        wait_until(lambda: facts(run).step > saved + 3)
        end(run)
        assert state(run) == "crashed"

        run.preset.write_text(run.preset.read_text().replace("images = 36", "images = 16"))
        launch.start(run, resume=True)
        wait_until(lambda: state(run) == "running" and facts(run).step > saved + 5)
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
    recorded = steps_of(run, "loss/generator")
    assert recorded == list(range(1, recorded[-1] + 1))
    (mark,) = [mark for mark in everything(run).marks if mark.kind == "resume"]
    assert mark.text == f"training again from step {saved}; changed in preset.toml: keep.images 36 → 16"


def test_a_second_worker_leaves_a_run_alone(tmp_path: Path) -> None:
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 0)
        pid = facts(run).pid
        launch.start(run, resume=True)
        (second,) = [process for process in launch.started() if process.pid != pid]
        assert second.wait() == 1
        assert facts(run).pid == pid
        assert state(run) == "running"


@pytest.mark.slow
def test_no_room_pauses_the_training_and_loses_nothing(tmp_path: Path) -> None:
    """The worker may write no file past 16 KB: what a quota does to it."""
    with training(tmp_path, "dcgan", LONG) as run:
        wait_until(lambda: facts(run).step > 3)
        pid = facts(run).pid
        assert pid is not None
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (16_384, resource.RLIM_INFINITY))
        wait_until(lambda: "no word from the worker" in liveness.judge(facts(run), time.time()).detail)
        stuck_at = facts(run).step

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait_until(lambda: facts(run).step > stuck_at)
        assert ask(run, "stop").state == "applied"
        wait_until(lambda: state(run) == "stopped")
    recorded = steps_of(run, "loss/generator")
    assert recorded == list(range(1, recorded[-1] + 1))


def test_an_error_in_training_becomes_the_runs_state(tmp_path: Path) -> None:
    """As where a preset was changed in its run's folder; who starts one is told before."""
    with training(tmp_path, "dcgan", SMALL_GAN) as run:
        wait_until(lambda: facts(run).step > 0)
        assert ask(run, "stop").state == "applied"
    for path in run.checkpoints.iterdir():
        path.unlink()
    preset = catalogue.parse(run.preset.read_text(), "")
    run.preset.write_text(catalogue.dump(catalogue.override(preset, ["batch=20000"])))
    worker = launch.start(run)
    worker.wait(60)
    told = facts(run)
    assert told.state == "failed"
    assert told.error == "batch = 20000 can't be drawn from 10000 training images: 2000 more are held out"
    assert told.hint == "set batch to something from 1 to 10000"
    assert "Traceback" in (told.traceback or "")


HANGS = """
# /// latentop
# kind = "autoencoder"
# title = "Hangs"
# shows = "It."
# look_for = "It."
# source = "Me."
# steps = 1000000
# batch = 16
# [autoencoder]
# network = "own"
# class = "Hangs"
# latent_dim = 8
# lr = 1e-3
# ///
import subprocess
import sys
import time
from pathlib import Path
from torch import nn

HERE = Path(__file__).parent

class Hangs(nn.Module):
    def __init__(self, shape, latent_dim):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, 784), nn.Unflatten(1, shape))

    def forward(self, images):
        if (HERE / "exit").exists():
            sys.exit(7)
        if (HERE / "raise").exists():
            raise ValueError("two" + chr(10) + "lines")
        if (HERE / ("hang" if self.training else "hang while looking")).exists():
            child = subprocess.Popen(["sleep", "1000"])
            (HERE / "child").write_text(str(child.pid))
            while True:
                time.sleep(1)
        return self.decoder(self.encoder(images))
"""
"""What somebody's own networks may do to a worker, once a file of that name lies beside them."""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "hangs.py"
    path.write_text(HANGS)
    return path


@pytest.mark.parametrize(
    ("file", "steps", "told"),
    [("hang", 1_000_000, "taking step"), ("hang while looking", 1_000, "drawing pictures")],
)
def test_a_worker_that_is_stuck_says_in_what_and_is_ended_at_once(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, steps: int, told: str
) -> None:
    """In a step; or in the look that the last step always has."""
    monkeypatch.setattr(liveness, "SILENT_SECONDS", 1.0)
    with training(tmp_path, str(own), [f"steps={steps}"]) as run:
        wait_until(lambda: facts(run).step > 0)
        (run.path / file).touch()
        wait_until(lambda: told in liveness.judge(facts(run), time.time()).detail)
        wait_until((run.path / "child").exists)
        stopped = latentop(tmp_path, "stop", run.id, "--now")
        assert stopped.returncode == 0, stopped.stderr
        assert "its process was ended at step" in stopped.stdout
        assert state(run) == "stopped"
        assert [mark.kind for mark in everything(run).marks][-1] == "stop"
        child = int((run.path / "child").read_text())
        wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie")


@pytest.mark.parametrize(("kind", "told"), [("exit", "SystemExit: 7"), ("raise", "ValueError: two lines")])
def test_what_own_networks_end_in_is_told_with_its_line(
    own: Path, tmp_path: Path, kind: str, told: str
) -> None:
    line = next(
        at
        for at, text in enumerate(HANGS.splitlines(), 1)
        if text.strip().startswith(("sys.exit", "raise")[kind == "raise"])
    )
    with training(tmp_path, str(own)) as run:
        wait_until(lambda: facts(run).step > 0)
        (run.path / kind).touch()
        wait_until(lambda: state(run) == "failed")
    assert facts(run).error == f"hangs.py:{line}: {told}"


def test_a_worker_in_waiting_takes_the_run_it_is_given(tmp_path: Path) -> None:
    from latentop.presets import catalogue
    from latentop.tui.runs.start import start

    waiting = launch.WaitingWorker()
    preset = catalogue.load(catalogue.find("stacked"), ["steps=20"])
    run = start(tmp_path, "stacked", preset, waiting=waiting)
    try:
        wait_until(lambda: state(run) == "finished")
    finally:
        end(run)


def test_a_worker_in_waiting_that_nobody_wants_ends() -> None:
    waiting = launch.WaitingWorker()
    (process,) = launch.started()[-1:]
    waiting.dismiss()
    assert process.wait() == 0
