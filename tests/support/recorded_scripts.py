"""Runs of scripts that have a loop of their own, as they lie on disk: no preset, everything in the facts."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import launch
from latentop.engine.run.store.writer import Store
from latentop.presets import script
from latentop.presets.script import Watching
from tests.support.dashboard import Recorded

NUMBERS: Mapping[str, object] = {"generator.lr": 2e-4, "discriminator.lr": 4e-4, "r1": 10.0}
BOUNDS = {"generator.lr": (0.0, None), "discriminator.lr": (0.0, None), "r1": (0.0, 100.0)}
CONFIG: Mapping[str, object] = {"batch_size": 64, "model/width": 32, "augment": True}


class Scripted(Recorded):
    """A run of a script; this very process poses as the script, so that it is alive."""

    def __init__(self, runs: Path, name: str = "my-gan", kind: str = "gan", **facts: object) -> None:
        known: dict[str, object] = {
            "preset": name,
            "kind": kind,
            "command": (sys.executable, "train.py", "--width", "32"),
            "directory": str(runs.parent),
            "environment": {"CUDA_VISIBLE_DEVICES": "1"},
            "config": CONFIG,
            "settings": script.settings(NUMBERS, Watching()),
            "bounds": BOUNDS,
            **facts,
        }
        self.run = launch.new(runs, RunFacts(**known), None)  # type: ignore[arg-type]
        self.store = Store(self.run.database)
        self.now = time.time()

    def trains(self, steps: int, **facts: object) -> None:
        """Alive, and at that step of nobody knows how many."""
        super().trains(steps, **{"classes": (), "steps_per_epoch": 0, **facts})
