"""Runs as a worker would leave them on disk, and the real command to look at them: no training."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from latentop.engine.run.events import AlarmRaised, Event, Facts
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.store.bins import from_values
from latentop.engine.run.store.writer import Store
from latentop.presets import catalogue
from tests.support import ROOT
from tests.support.command_server import command_server

ENTRY = [sys.executable, "-m", "latentop.tui.cli"]
DCGAN = catalogue.dump(catalogue.load(catalogue.find("dcgan")))
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\x7f"
COLLAPSED = AlarmRaised(
    name="collapsed",
    severity="critical",
    step=200,
    wall=1_000.0,
    sentence="mode collapse: samples reach 31 % of what real data reaches",
    advice="lower generator lr",
    evidence={"coverage": 0.31},
)


def latentop(runs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own, without a terminal."""
    return command_server().run(words, ROOT, {**os.environ, "LATENTOP_RUNS": str(runs)})


def new_run(runs: Path, preset: str = "dcgan", seed: int = 42, **facts: Any) -> RunFolder:
    """A run as a worker leaves it: its facts, and two series."""
    known = RunFacts(preset=preset, title="DCGAN on Fashion-MNIST", seed=seed, steps=300)
    run = launch.new(runs, known, DCGAN)
    write(run, facts={"step": 300, **facts}, values={"loss/generator": 0.83, "diversity/coverage": 0.87})
    return run


def write(
    run: RunFolder,
    *events: Event,
    facts: Mapping[str, object] | None = None,
    values: Mapping[str, float] | None = None,
    step: int = 300,
) -> None:
    bins = {
        name: from_values(np.array([step]), np.array([1_000.0]), np.array([value]))
        for name, value in (values or {}).items()
    }
    store = Store(run.database)
    store.write(bins, [*events, *([Facts(values=facts)] if facts else [])])
    store.close()


def alive(state: str = "running") -> dict[str, object]:
    """The facts of a run that this very process trains."""
    return {**liveness.identity().values, "state": state, "heartbeat": time.time()}


def assert_two_lines(errors: str, what: str, hint: str) -> None:
    first, second = errors.splitlines()
    assert first.startswith("latentop: ")
    assert what in first
    assert second.startswith("  try: ")
    assert hint in second
