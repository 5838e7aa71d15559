"""How long one waits: for the first glyph, for the first chart of a long run, for the first training step."""

import re
import subprocess
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from statistics import median

import psutil

from benchmarks.speed import leet, long_run
from benchmarks.speed.processes import LATENTOP, dashboard, somewhere
from benchmarks.speed.pty_recording import PLOTTED, Recording
from benchmarks.speed.rows import NONE, Budget, Row, at_most, said
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store import database
from tests.support.real_runs import end, wait_until

CHART, STEP = 0.7, 1.5
FRAME = re.compile("losses")
"""The title of its first panel."""
FOUND_SECONDS = 1.0
"""More than it takes to find a preset."""
IDLE = 0.3
"""Seconds in which a worker in waiting that is ready computes nothing."""


def measure(budget: Budget) -> list[Row]:
    """From process start to first glyph and chart, beside LEET; then from Enter to the first step."""
    rows = _paint(budget)
    for preset in budget.presets[:2]:
        with somewhere(new=True) as folder:
            first, *taken = [_train(preset, folder, number) for number in range(budget.rounds)]
        what = f"{preset}: Enter to the first step recorded, worker in waiting"
        rows.append(at_most(what, taken, STEP, "s"))
        note = "with the trial of what is fastest here, which is remembered"
        rows.append(Row(what=f"{what}, the first time on a machine", ours=f"{said(first)} s", note=note))
    return [*rows, *(_command(word, budget) for word in ("--version", "ls"))]


def _paint(budget: Budget) -> list[Row]:
    steps = min(budget.lengths)
    with somewhere() as folder:
        run = long_run.write(folder / "runs", steps)
        peer = leet.finished(folder / "wandb", steps)[0] if leet.there() else None
        glyphs, frames, charts, theirs = [], [], [], []
        for _ in range(budget.rounds):
            with dashboard(folder, "attach", run.path) as screen:
                screen.settle()
                glyphs.append(screen.first_glyph())
                frames.append(screen.first(FRAME) - screen.began)
                charts.append(screen.first(PLOTTED) - screen.began)
            if peer is not None:
                with leet.opened(peer, folder) as screen:
                    screen.settle(2.0)
                    theirs.append((screen.first_glyph(), screen.first(PLOTTED) - screen.began))
    glyph, chart = (list(column) for column in zip(*theirs, strict=True)) if theirs else ([], [])
    return [
        at_most(
            "process start to first glyph", glyphs, median(glyph) if glyph else 0.7, "s", peer=_said(glyph)
        ),
        Row(
            what="process start to the frame of the dashboard",
            ours=f"{said(median(frames))} s",
            note="the first glyph is of the line that says that it is opening",
        ),
        at_most(f"process start to first chart, {said(steps)} steps", charts, CHART, "s", peer=_said(chart)),
    ]


def _said(figures: list[float]) -> str:
    return f"LEET: {said(median(figures))} s" if figures else NONE


def _train(preset: str, folder: Path, number: int) -> float:
    """Seconds from Enter in the list of presets to the first step that is in the run's database."""
    runs = folder / f"runs-{number}"
    with dashboard(folder, "--runs", runs) as screen:
        screen.settle()
        screen.press("/")
        screen.wait_for("ords of a name")  # the cursor is on the first letter
        for keys in (preset, "\r"):  # Enter leaves the line that finds; another one trains
            screen.press(keys)
            time.sleep(FOUND_SECONDS)
        wait_until(partial(_ready, screen))
        pressed = screen.press("\r")
        wait_until(lambda: any(runs.glob("*/run.db")))
        run = RunFolder(next(runs.glob("*/run.db")).parent)
        try:
            return _first_step(run) - pressed
        finally:
            end(run)


def _ready(screen: Recording) -> bool:
    """Whether a worker in waiting has imported what takes seconds, and computes no more."""
    for child in screen.family()[1:]:
        with suppress(psutil.NoSuchProcess):
            if "--wait" in child.cmdline():
                return child.cpu_times().user > IDLE and child.cpu_percent(IDLE) < 1.0
    return False


def _first_step(run: RunFolder) -> float:
    """When the first step of training is in the database."""
    until = time.time() + 60
    while time.time() < until:
        with suppress(Exception), closing(database.open_for_reading(run.database)) as connection:
            while time.time() < until:
                row = connection.execute("SELECT 1 FROM points WHERE step >= 1 LIMIT 1").fetchone()
                if row is not None:
                    return time.time()
                time.sleep(0.01)
    raise TimeoutError("no step was recorded")


def _command(word: str, budget: Budget) -> Row:
    taken = []
    with somewhere() as folder:
        for _ in range(budget.rounds):
            began = time.perf_counter()
            subprocess.run([LATENTOP, "--runs", folder, word], capture_output=True, check=False)
            taken.append(time.perf_counter() - began)
    return Row(what=f"latentop {word}", ours=f"{said(median(taken))} s")
