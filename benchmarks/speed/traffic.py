"""What the dashboard sends to a terminal of 120 × 40 in full colour: live, paused, finished, scrubbing."""

import time
from pathlib import Path

from benchmarks.speed import leet
from benchmarks.speed.processes import dashboard, somewhere, steps_a_second, worker
from benchmarks.speed.pty_recording import Recording
from benchmarks.speed.rows import NONE, Budget, Row, said
from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import ask, facts, wait_until

ASCII, HALF = 2_000.0, 12_000.0
SCRUB_SECONDS = 0.25
LEFT = "\x1b[D"


def measure(budget: Budget) -> list[Row]:
    """Bytes a second of a DCGAN in training, then of the same run paused and finished."""
    with somewhere() as folder:
        with worker(folder, "dcgan", budget.overrides) as run:
            wait_until(lambda: facts(run).step > 10)
            speed = steps_a_second(run, min(budget.watch, 5.0))
            peer = _leet(folder, speed, budget)
            rows = [
                _live(folder, run, "ascii", ASCII, peer, budget),
                _live(folder, run, "half", HALF, peer, budget),
            ]
            rows.append(_scrubbing(folder, run, budget))
            ask(run, "pause")
            wait_until(lambda: facts(run).state == "paused")
            rows.append(_still("paused", folder, run, budget))
            ask(run, "stop")
            wait_until(lambda: facts(run).state == "stopped")
        rows.append(_still("finished", folder, run, budget))
        return rows


def _live(folder: Path, run: RunFolder, images: str, most: float, peer: str, budget: Budget) -> Row:
    with dashboard(folder, "attach", run.path, images=images) as screen:
        screen.wait_for("losses")
        rate = _rate(screen, budget)
    what = {"ascii": "live, ASCII samples", "half": "live, half-block samples"}[images]
    ours, target = f"{said(rate)} B/s", f"≤ {said(most)} B/s"
    return Row(what=what, ours=ours, peer=peer, target=target, met=rate <= most)


def _scrubbing(folder: Path, run: RunFolder, budget: Budget) -> Row:
    with dashboard(folder, "attach", run.path, images="half") as screen:
        screen.wait_for("losses")
        time.sleep(budget.settle)
        began = time.time()
        while time.time() < began + budget.watch:
            screen.press(LEFT)
            time.sleep(SCRUB_SECONDS)
        rate = screen.sent(began) / (time.time() - began)
    return Row(what="scrubbing, half blocks, a key every 0.25 s", ours=f"{said(rate)} B/s")


def _still(what: str, folder: Path, run: RunFolder, budget: Budget) -> Row:
    with dashboard(folder, "attach", run.path, images="half") as screen:
        screen.wait_for("losses")
        rate = _rate(screen, budget)
    return Row(what=what, ours=f"{said(rate)} B/s", target="0 B/s", met=rate == 0)


def _leet(folder: Path, speed: float, budget: Budget) -> str:
    """LEET on a run that logs eight metrics at the same speed."""
    if not leet.there():
        return NONE
    with leet.live(folder / "wandb", speed) as run, leet.opened(run, folder) as viewer:
        return f"LEET, charts only: {said(_rate(viewer, budget))} B/s"


def _rate(screen: Recording, budget: Budget) -> float:
    """Bytes a second, once all has been drawn."""
    time.sleep(budget.settle)
    began = time.time()
    time.sleep(budget.watch)
    return screen.sent(began) / (time.time() - began)
