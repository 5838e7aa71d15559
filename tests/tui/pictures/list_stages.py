"""The lists of runs and presets, runs compared, and the form of a preset."""

import os
from pathlib import Path

from latentop.engine.run.folder import RunFolder
from latentop.engine.run.labels import annotate, rename
from latentop.presets import catalogue
from tests.support.dashboard import DEAD_PID, Recorded
from tests.tui.pictures import specimens
from tests.tui.pictures.run_stages import LOST, unreadable
from tests.tui.pictures.stages import NOW, Stage


def nothing(_runs: Path) -> None:
    """No run, no preset of one's own."""


def many(runs: Path) -> None:
    """Runs in many states, an hour apart."""
    queued = Recorded(runs, "vae")
    queued.trains(0, state="queued", detail="2nd in line")
    hasty = specimens.gan(runs, "generator.lr=1e-3", lost=LOST, shown=False, verdict="collapsed")
    finished = specimens.autoencoder(runs, state="finished", step=20_000)
    crashed = specimens.gan(runs, "seed=7", shown=False, pid=DEAD_PID)
    stopped = specimens.gan(runs, "seed=8", steps=900, shown=False, state="stopped", verdict="unknown")
    broken = unreadable(runs)
    paused = specimens.gan(runs, "seed=9", shown=False, state="paused", verdict="cycling")
    training = specimens.gan(runs, "seed=10", shown=False)
    rename(hasty.run.database, "hasty")
    annotate(hasty.run.database, "five times the learning rate: how fast does it collapse?")
    annotate(training.run.database, "as in the paper")
    found = (training, hasty, paused, queued, crashed, finished, stopped)
    age([*(recorded.run for recorded in found), broken], found)


def age(runs: list[RunFolder], recorded: tuple[Recorded, ...] = ()) -> None:
    """Newest first, an hour apart."""
    for hours, run in enumerate(runs):
        os.utime(run.preset, (NOW - 3600 * hours,) * 2)
    for hours, one in enumerate(recorded):
        one.says(created=NOW - 3600 * hours - 660)


def seeds(runs: Path) -> None:
    """Three seeds that went well, and one with other settings that did not."""
    well = [specimens.gan(runs, f"seed={seed}", steps=6000 - 500 * seed, shown=False) for seed in (1, 2, 3)]
    hasty = specimens.gan(runs, "seed=4", "generator.lr=1e-3", lost=LOST, shown=False, verdict="collapsed")
    rename(hasty.run.database, "hasty")
    age([hasty.run, *(one.run for one in well)], (hasty, *well))


def strangers(runs: Path) -> None:
    """Two runs that have no series in common."""
    gan, autoencoder = specimens.gan(runs, shown=False), Recorded(runs, "stacked")
    autoencoder.trains(0, state="finished")
    age([gan.run, autoencoder.run], (gan, autoencoder))


def own(_runs: Path) -> None:
    """Two presets of one's own, one with a mistake."""
    folder = catalogue.user_folder()
    folder.mkdir()
    preset = catalogue.dump(catalogue.load(catalogue.find("dcgan"), ["generator.lr=1e-3"]))
    (folder / "hasty.toml").write_text(preset)
    (folder / "wrong.toml").write_text(preset.replace("lr = 0.001", "lr = 50.0"))


MARKED = (*["space"] * 4, "{4 marked}", "C", "{compared · series}")
EDIT = ("e", "{edit dcgan}", "{Optimiser steps.}")
RUNS = (
    Stage(name="runs", make=many, shows="unreadable"),
    Stage(name="runs-search", make=many, shows="unreadable", does=("slash", *"dcgan"), then="of 8"),
    Stage(
        name="runs-nothing-matches",
        make=many,
        shows="unreadable",
        does=("slash", *"dcgna", "enter"),
        then="Nothing matches",
    ),
    Stage(name="runs-rename", make=many, shows="unreadable", does=("R",), then="enter keeps it"),
    Stage(
        name="runs-delete",
        make=many,
        shows="unreadable",
        does=("down", "down", "down", "down", "x"),
        then="gone for good",
    ),
    Stage(
        name="runs-none", make=nothing, shows="what shall be trained?", does=("l",), then="No runs here yet"
    ),
    Stage(name="compare", make=seeds, shows="hasty", does=MARKED, then="3 seeds"),
    Stage(name="compare-each", make=seeds, shows="hasty", does=(*MARKED, "{3 seeds}", "b", "right")),
    Stage(name="compare-table", make=seeds, shows="hasty", does=(*MARKED, "t")),
    Stage(
        name="compare-strangers",
        make=strangers,
        shows="stacked",
        does=("space", "space", "{2 marked}", "C"),
        then="no series in common",
    ),
)
PRESETS = (
    Stage(name="presets", make=nothing, shows="what shall be trained?"),
    Stage(name="presets-own", make=own, shows="what shall be trained?", does=("end",), then="wrong.toml"),
    Stage(name="presets-find", make=nothing, shows="shall be trained", does=("slash", *"collapse")),
    Stage(name="form", make=nothing, shows="shall be trained", does=EDIT),
    Stage(
        name="form-mistake",
        make=nothing,
        shows="shall be trained",
        does=(*EDIT, "down", *"12[b]"),
        then="is not accepted",
    ),
    Stage(
        name="form-differing",
        make=nothing,
        shows="shall be trained",
        does=(*EDIT, "down", *"128", "ctrl+o"),
        then="1 setting changed",
    ),
    Stage(
        name="form-alternatives",
        make=nothing,
        shows="shall be trained",
        does=(*EDIT, "ctrl+f", *"objective.name", "enter", "{objective.name}", "enter"),
        then="hinge",
    ),
    Stage(
        name="form-save",
        make=nothing,
        shows="shall be trained",
        does=(*EDIT, "down", *"128", "ctrl+s"),
        then="my-dcgan",
    ),
)
