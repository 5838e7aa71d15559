"""What recording eight series costs the training thread, how fast it may go, and what a kill loses."""

import signal
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
import torch

import latentop
from benchmarks.speed import leet
from benchmarks.speed.long_run import SERIES, SPEED
from benchmarks.speed.processes import loop, somewhere
from benchmarks.speed.rows import NONE, Budget, Row, at_least, at_most, percentile, said
from benchmarks.speed.step_times import of_log
from latentop.engine.record.recorder import Recorder
from latentop.engine.run.events import Facts, Scalars
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.store import database

MICROSECONDS, LOST_SECONDS = 10.0, 1.0
LOGGED = 5_000
STEPS = 20_000
"""Of one repetition at full speed."""


def measure(budget: Budget) -> list[Row]:
    """A row each for the time on the training thread, the rate, and what is lost."""
    with somewhere() as folder:
        paced = _paced(folder, int(SPEED * min(budget.watch, 5.0)))
        rates = [_rate(folder) for _ in range(budget.rounds)]
        lost = [_kill(folder, number) for number in range(budget.rounds)]
        peers = _peers(folder)
        scripts = {kind: _script(folder, kind) for kind in ("floats", "tensors")}
    mean, p99 = said(float(np.mean(paced))), said(percentile(paced, 99))
    note = f"mean {mean} µs, p99 {p99} µs, at {said(SPEED)} steps/s"
    return [
        at_most(
            "a step of 8 series, on the training thread", paced, MICROSECONDS, "µs", peer=peers, note=note
        ),
        at_most("a script's log of 8 numbers", scripts["floats"], MICROSECONDS, "µs"),
        at_most("a script's log of 8 tensors", scripts["tensors"], MICROSECONDS, "µs"),
        at_least("steps that are written as fast as they are put", rates, SPEED, "steps/s"),
        at_most("lost on kill -9, the worst", [max(lost)], LOST_SECONDS, "s of steps"),
    ]


def _paced(folder: Path, steps: int) -> list[float]:
    """Microseconds that each step took, at the speed of fast training."""
    recorder = _recorder(folder)
    values, taken, began = _values(), [], time.perf_counter()
    for step in range(1, steps + 1):
        before = time.perf_counter()
        recorder.put(Scalars(step=step, wall=time.time(), values=dict(values)))
        taken.append(1e6 * (time.perf_counter() - before))
        time.sleep(max(0.0, began + step / SPEED - time.perf_counter()))
    recorder.close()
    return taken


def _script(folder: Path, kind: str) -> list[float]:
    """Microseconds of each ``latentop.log`` in a script that gives nothing else."""
    values = {name: float(value) if kind == "floats" else value for name, value in _values().items()}
    taken = []
    with latentop.init("script", runs=folder / "runs") as run:
        for _ in range(LOGGED):
            before = time.perf_counter()
            run.log(values)
            taken.append(1e6 * (time.perf_counter() - before))
            time.sleep(1 / SPEED)
    return taken


def _rate(folder: Path) -> float:
    """Steps a second, from the first that is put until all are written: no backlog is left."""
    recorder, values = _recorder(folder), _values()
    began = time.perf_counter()
    for step in range(1, STEPS + 1):
        recorder.put(Scalars(step=step, wall=time.time(), values=dict(values)))
    recorder.sync()
    taken = time.perf_counter() - began
    recorder.close()
    return STEPS / taken


def _kill(folder: Path, number: int) -> float:
    """Seconds of steps that were recorded and are gone when their process is killed."""
    run, log = _run(folder), folder / f"log-{number}"
    with loop("recording_run", log, run.path) as process:
        while len(of_log(log)[0]) < SPEED / 2:
            time.sleep(0.05)
        time.sleep(0.5 + 0.11 * (number % 5))  # anywhere between two flushes
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        _, walls = of_log(log)
    with closing(database.open_for_reading(run.database)) as connection:
        (kept,) = connection.execute("SELECT coalesce(max(step), 0) FROM points").fetchone()
    return float(walls[-1] - walls[max(0, kept - 1)])


def _peers(folder: Path) -> str:
    told = []
    if leet.there():
        told.append(f"wandb.log, offline: {said(leet.finished(folder / 'wandb', 2_000)[1])} µs")
    if find_spec("tensorboard"):
        told.append(f"SummaryWriter: {said(_tensorboard(folder))} µs")
    return " · ".join(told) or NONE


def _tensorboard(folder: Path) -> float:
    """Microseconds of eight ``add_scalar``, the median; the tensors are read as it reads them."""
    from torch.utils.tensorboard import SummaryWriter

    values, taken = _values(), []
    with closing(SummaryWriter(str(folder / "tensorboard"))) as writer:
        for step in range(2_000):
            before = time.perf_counter()
            for name, value in values.items():
                writer.add_scalar(name, value, step)
            taken.append(1e6 * (time.perf_counter() - before))
    return median(taken)


def _values() -> dict[str, torch.Tensor]:
    return {name: torch.rand(()) for name in SERIES}


def _run(folder: Path) -> RunFolder:
    return launch.new(folder / "runs", RunFacts(preset="dcgan", seed=1, steps=10**8), "")


def _recorder(folder: Path) -> Recorder:
    recorder = Recorder(_run(folder), lambda: Facts(values={"heartbeat": time.time()}))
    recorder.start()
    return recorder
