"""Processor time of the dashboard, live at 120 × 40 on a DCGAN in training; LEET's on a run as fast."""

import time
from contextlib import suppress

import psutil

from benchmarks.speed import leet
from benchmarks.speed.processes import dashboard, somewhere, steps_a_second, worker
from benchmarks.speed.pty_recording import Recording
from benchmarks.speed.rows import NONE, Budget, Row, at_most, said
from tests.support.real_runs import facts, wait_until

TARGET = 8.0


def measure(budget: Budget) -> list[Row]:
    """One row: user and system time, of all its processes, in percent of a core."""
    with somewhere() as folder, worker(folder, "dcgan", budget.overrides) as run:
        wait_until(lambda: facts(run).step > 10)
        with dashboard(folder, "attach", run.path) as screen:
            screen.wait_for("losses")
            ours = _share(screen, budget)
        peer = NONE
        if leet.there():
            speed = steps_a_second(run, min(budget.watch, 5.0))
            with leet.live(folder / "wandb", speed) as log, leet.opened(log, folder) as viewer:
                peer = f"LEET, charts only: {said(_share(viewer, budget))} % of a core"
    return [at_most("live at 120 × 40", [ours], TARGET, "% of a core", peer=peer)]


def _share(screen: Recording, budget: Budget) -> float:
    """Percent of a core, once all has been drawn."""
    time.sleep(budget.settle)
    began, before = time.time(), _spent(screen)
    time.sleep(budget.watch)
    return 100 * (_spent(screen) - before) / (time.time() - began)


def _spent(screen: Recording) -> float:
    """Seconds of processor time so far."""
    spent = 0.0
    for process in screen.family():
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent
