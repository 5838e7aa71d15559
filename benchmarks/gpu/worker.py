"""Real workers on the device: they finish, obey, survive what ends them, and go on from where they were."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import pairwise

from benchmarks.gpu.check import Bench, Check, judged, judged_on_card
from benchmarks.gpu.devices import COMMAND
from benchmarks.gpu.material import SMALL
from latentop.engine.run.errors import StorageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.presets import catalogue
from latentop.tui.runs.start import start
from tests.support.real_runs import ask, everything, facts, training, wait_until

HEARTBEAT, FAILED = 1.0, 5.0
"""Seconds between two signs of life, and until a run with a broken device is known to have failed."""
ENDLESS = "steps=1000000"
LOOK_SECONDS = 0.02
SPOILT_AT = 50
_SPOILT = f"""
import sys, time
from latentop.engine.train import cuda_graphs as capture, worker
real, taken = capture.Steps.__call__, 0
def spoilt(self, chosen):
    global taken
    taken += 1
    if taken == {SPOILT_AT}:
        print("spoilt at", time.time(), flush=True)
        chosen = chosen + len(self._dataset.train)
    return real(self, chosen)
capture.Steps.__call__ = spoilt
sys.exit(worker.main())
"""
"""A worker whose data lie out of range at one step, as a label of one's own may."""


def worker(bench: Bench) -> Iterator[Check]:
    """``latentop train dcgan`` on the device that auto finds, with its signs of life."""
    steps = 60 if bench.dry else 3000
    runs = bench.folder / "runs"
    words = ["--runs", str(runs), "train", "dcgan", "--json", "--steps", str(steps)]
    for word in _words(bench):
        words += ["--set", word]
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    beats: list[float] = []
    run: RunFolder | None = None
    while process.poll() is None:
        time.sleep(LOOK_SECONDS)
        run = run or next((RunFolder(path.parent) for path in runs.glob("*/run.db")), None)
        beat = _heartbeat(run) if run else None
        if beat is not None and beat not in beats[-1:]:
            beats.append(beat)
    assert process.stdout is not None
    lines = process.stdout.read().decode().splitlines()
    assert run is not None, f"no run: {lines[-1:]}"
    found = facts(run)
    gap = max((later - one for one, later in pairwise(beats)), default=float("inf"))
    took = (found.ended or 0.0) - (found.started or 0.0)
    where = found.device.partition(" ")[0].partition(":")[0] == bench.device.partition(":")[0]
    good = process.returncode == 0 and found.state == "finished" and found.step == steps and where
    figure = f"{found.state} on {found.device}, {found.step} steps in {took:.1f} s; {found.error or ''}"
    told = f"finished on {bench.device}, each line JSON"
    yield judged(good and all(map(_is_json, lines)), bench.placed(figure.strip("; ")), told, "finished")
    figure = f"{gap:.2f} s at most between two"
    yield judged_on_card(bench, gap < HEARTBEAT, figure, f"< {HEARTBEAT:.0f} s", "heartbeats")


def control(bench: Bench) -> Iterator[Check]:
    """Edit, roll back, stop and resume a run in training."""
    with training(bench.folder, "dcgan", [ENDLESS, *_placed(bench), *_words(bench)], cold=True) as run:
        wait_until(lambda: facts(run).step > 5, bench.left)
        asked = {"edit": ask(run, "set", {"generator.lr": 1e-4})}
        edited = facts(run).settings["generator.lr"] == 1e-4
        wait_until(lambda: facts(run).snapshots, bench.left)
        asked["rollback"] = ask(run, "rollback")
        wait_until(lambda: facts(run).rewinds > 0, bench.left)
        _trains_on(run, bench)
        asked["stop"] = ask(run, "stop")
        wait_until(lambda: _state(run) == "stopped", bench.left)
        stopped = facts(run).step
        launch.start(run, resume=True)
        wait_until(lambda: facts(run).step > stopped + 5, bench.left)
        resumed = facts(run).step
        asked["stop again"] = ask(run, "stop")
        wait_until(lambda: _state(run) == "stopped", bench.left)
        refused = [f"{name}: {one.text}" for name, one in asked.items() if one.state != "applied"]
        marks = [mark.text for mark in everything(run).marks if mark.kind == "resume"]
        told = [text for text in marks if "again from step" in text]
        good = edited and not refused and bool(told)
        figure = f"stopped at {stopped}, resumed to {resumed}; {'; '.join(refused) or next(iter(told), '')}"
        yield judged(good, bench.placed(figure), "edit, rollback, stop, resume applied")


def index(bench: Bench) -> Iterator[Check]:
    """An index out of range, which on a card breaks all that follows in its process."""
    preset = catalogue.load(catalogue.find("stacked"), ["steps=80", *_placed(bench)])
    told = RunFacts(preset="stacked", kind=preset.tag, seed=preset.seed, steps=preset.steps)
    run = launch.new(bench.folder, told, catalogue.dump(preset))
    done = subprocess.run(
        [sys.executable, "-c", _SPOILT, str(run.path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=max(bench.left, 1.0),
        check=False,
    )
    found = facts(run)
    spoilt = re.search(r"spoilt at ([\d.]+)", done.stdout)
    took = (found.ended or float("inf")) - (float(spoilt[1]) if spoilt else 0.0)
    words = f"{found.error}; {found.hint}"
    good = found.state == "failed" and not re.search(r"\bdisks?\b|\bspace\b", words)
    yield judged(good, bench.placed(f"{found.state}: {words}"[:200]), "failed, no word of disks", "told")
    yield judged_on_card(bench, took < FAILED, f"{took:.1f} s", f"< {FAILED:.0f} s", "time")
    launch.start(run, resume=True)
    wait_until(lambda: facts(run).state == "finished", bench.left)
    yield judged(facts(run).step == 80, bench.placed(f"{facts(run).step} steps"), "finished", "resumed")


def three(bench: Bench) -> Iterator[Check]:
    """Two workers on the device and one on the CPU train side by side."""
    words = ["steps=30" if bench.dry else "steps=1000"]
    runs = []
    for turn, device in enumerate((bench.device, bench.device, "cpu")):
        entry = catalogue.find("stacked")
        preset = catalogue.load(entry, [*words, f"device={device}", f"seed={turn}"])
        runs.append(start(bench.folder, entry.name, preset))
    wait_until(lambda: all(not _alive(run) for run in runs), bench.left)
    found = [facts(run) for run in runs]
    figure = ", ".join(f"{one.state} on {one.device.partition(' ')[0]}" for one in found)
    errors = "; ".join(one.error for one in found if one.error)
    good = all(one.state == "finished" for one in found)
    yield judged(good, bench.placed(f"{figure} {errors}".strip()), "all finished")


def signals(bench: Bench) -> Iterator[Check]:
    """SIGTERM stops with a checkpoint, SIGKILL crashes; after each the run goes on."""
    with training(bench.folder, "stacked", [ENDLESS, *_placed(bench)], cold=True) as run:
        for name, number, wanted in (
            ("SIGTERM", signal.SIGTERM, "stopped"),
            ("SIGKILL", signal.SIGKILL, "crashed"),
        ):
            _trains_on(run, bench)
            pid = facts(run).pid
            assert pid is not None
            os.kill(pid, number)
            wait_until(lambda: not _alive(run), bench.left)
            ended, reached = _state(run), facts(run).step
            checkpoint = run.newest_checkpoint or 0
            launch.start(run, resume=True)
            wait_until(partial(_past, run, reached), bench.left)
            figure = f"{ended} at {reached}, checkpoint of {checkpoint}, trains on at {facts(run).step}"
            good = ended == wanted and (wanted == "crashed" or checkpoint == reached)
            yield judged(good, bench.placed(figure), f"{wanted}, resumed", name)


def _words(bench: Bench) -> list[str]:
    return [*SMALL, "batch=16"] if bench.dry else []


def _placed(bench: Bench) -> list[str]:
    """Settings that have a run train on the device that is checked, whichever is faster."""
    return [f"device={bench.device}"]


def _state(run: RunFolder) -> str:
    return liveness.judge(facts(run), time.time()).name


def _alive(run: RunFolder) -> bool:
    return liveness.judge(facts(run), time.time()).alive


def _past(run: RunFolder, step: int) -> bool:
    return _alive(run) and facts(run).step > step


def _trains_on(run: RunFolder, bench: Bench) -> None:
    step = facts(run).step
    wait_until(lambda: _state(run) == "running" and facts(run).step > step + 5, bench.left)


def _heartbeat(run: RunFolder) -> float | None:
    """The newest sign of life of a run in training; None where there is none to be read."""
    with suppress(StorageError):
        found = facts(run)
        return found.heartbeat if found.state == "running" else None
    return None


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
