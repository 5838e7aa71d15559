"""Runs written by a real Store, and the app driven as a person would; only the worker in waiting is none."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from textual._context import active_app
from textual._wait import wait_for_idle
from textual.app import App
from textual.pilot import Pilot

from latentop.engine.run.events import AlarmRaised, Event, Facts, Frame
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.store.bins import Bins, from_values
from latentop.engine.run.store.writer import Store
from latentop.presets import catalogue, live
from latentop.tui.app import LatentopApp
from latentop.tui.link.linked_app import LinkedApp
from latentop.tui.link.type_ahead import _caught_up
from tests.support.tiers import few

CLASSES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
FRESH = bool(os.environ.get("LATENTOP_FRESH"))
"""Whether keys and texts that are drawn at random are others each time, as in ``make test-all``."""
SIZES = ((80, 24), (120, 36), (200, 60))
AT_EVERY_SIZE = pytest.mark.parametrize("size", few(SIZES, 1, single=True))
"""At the smallest size things have to give way; the others are soon enough among the slow tests."""
TRIES = 1000
DEAD_PID = 2**22 - 3
Open = Callable[..., LatentopApp]
"""Opens the app on a run or on none, in a terminal: the fixture ``open_app``."""


class FakeWaitingWorker:
    """Stands where a process with torch imported would wait; remembers what it was given."""

    claimed: list[RunFolder]
    made: ClassVar[list["FakeWaitingWorker"]] = []

    def __init__(self) -> None:
        FakeWaitingWorker.made.append(self)
        self.dismissed = False

    def claim(self, run: RunFolder) -> None:
        FakeWaitingWorker.claimed.append(run)

    def dismiss(self) -> None:
        self.dismissed = True


class Recorded:
    """A run as a worker writes it: this very process poses as the worker, so that it is alive."""

    def __init__(self, runs: Path, preset: str = "dcgan", *words: str) -> None:
        loaded = catalogue.load(catalogue.find(preset), words)
        facts = RunFacts(
            preset=preset,
            title=loaded.title,
            kind=str(loaded.__struct_config__.tag),
            data="fashion-mnist (small)",
            seed=loaded.seed,
            steps=20_000,
            settings=live.settings(loaded),
        )
        self.run = launch.new(runs, facts, catalogue.dump(loaded))
        self.store = Store(self.run.database)
        self.now = time.time()

    def says(self, **facts: object) -> None:
        self.writes(events=[Facts(values=facts)])

    def trains(self, steps: int, **facts: object) -> None:
        """Alive, and at that step."""
        self.says(
            **{
                **liveness.identity().values,
                "state": "running",
                "heartbeat": time.time(),
                "classes": CLASSES,
                "steps_per_epoch": 156,
                "step": steps,
                **facts,
            }
        )

    def writes(self, values: Mapping[str, Bins] | None = None, events: list[Event] | None = None) -> None:
        self.store.write(values or {}, events or [])

    def draws(self, name: str, values: list[float], first: int = 1) -> None:
        """One value a step, ten steps a second."""
        self.writes({name: self._bins(values, first)})

    def draws_all(self, values: Mapping[str, float], steps: int) -> None:
        """The same value at each of the first steps, of several series at once."""
        self.writes({name: self._bins([value] * steps, 1) for name, value in values.items()})

    def _bins(self, values: list[float], first: int) -> Bins:
        steps = np.arange(first, first + len(values), dtype=np.int64)
        walls = self.now - 600 + steps / 10
        return from_values(steps, walls, np.array(values, dtype=np.float64))

    def shows(self, kind: str, step: int, bright: int = 200) -> None:
        images = np.zeros((9, 1, 28, 28), dtype=np.uint8)
        images[:, :, 8:20, 8:20] = bright
        self.writes(events=[Frame(step=step, wall=self.now, kind=kind, images=images)])


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each when the one before was heard, and wait until the processor is idle."""
    await pilot.app._press_keys(keys)
    await pilot.pause()


async def heard(seconds: float = 0.0) -> None:
    """Wait until what was pressed has had its effect, as the app itself knows.

    In the place of Textual's ``wait_for_idle``, which waits for an idle processor twice a key: that takes
    40 ms at least, and on a busy machine it is not long enough.
    """
    app = active_app.get()
    if not isinstance(app, LinkedApp):
        return await wait_for_idle(seconds)
    for _ in range(3):
        await asyncio.sleep(0)  # the driver hands it on in two turns
    while not app.type_ahead.over and not (await _caught_up(app) and app.type_ahead.heard):
        await asyncio.sleep(0.001)


def text(app: App[None]) -> str:
    """What is on the screen, line by line, thin spaces as spaces."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text for strip in strips).replace("\u2009", " ")


async def wait_for(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail, with what is on the screen, where it never does."""
    for _ in range(TRIES):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"never happened; on the screen:\n{text(pilot.app)}")


async def wait_for_text(pilot: Pilot[None], *words: str) -> str:
    """Return what is on the screen once it holds all the words."""
    shown = ""

    def there() -> bool:
        nonlocal shown
        shown = text(pilot.app)
        return all(word in shown for word in words)

    await wait_for(pilot, there)
    return shown


def healthy_gan(runs: Path, steps: int = 400) -> Recorded:
    """A GAN that trains well, everything measured."""
    recorded = Recorded(runs)
    recorded.trains(steps, verdict="healthy")
    values = {
        "loss/generator": 1.25,
        "loss/discriminator": 0.93,
        "score/real": 0.7,
        "score/fake": 0.3,
        "accuracy/discriminator": 0.78,
        "grad/generator": 1.2,
        "grad/discriminator": 0.9,
        "diversity/coverage": 0.87,
        "diversity/density": 0.92,
        "diversity/duplicates": 0.98,
        "diversity/modes": 10.0,
        "diversity/effective": 0.81,
        "diversity/copied": 0.02,
        "update/generator": 0.0012,
    }
    recorded.draws_all(values, steps)
    recorded.shows("real", 0)
    recorded.shows("samples", steps)
    return recorded


def healthy_autoencoder(runs: Path, steps: int = 400) -> Recorded:
    """An autoencoder that trains well."""
    recorded = Recorded(runs, "stacked")
    recorded.trains(steps, verdict="healthy")
    values = {"loss/reconstruction": 0.02, "valid/reconstruction": 0.022, "grad/autoencoder": 0.1}
    recorded.draws_all(values, steps)
    for kind in ("input", "reconstruction", "error"):
        recorded.shows(kind, steps)
    return recorded


def long_alarm(recorded: Recorded, name: str = "over-fitting") -> AlarmRaised:
    """One with a sentence of three rows at 80 columns, and an advice of two."""
    return AlarmRaised(
        name=name,
        severity="warning",
        step=390,
        wall=recorded.now,
        sentence="over-fitting: the training error fell from 0.0123 to 0.00456 since step 1234, the "
        "validation error did not follow (0.0156 then, 0.0161 now, 3.5 times the training error; alarm "
        "above 1.5)",
        advice="train on more images, make network or codings smaller, or add noise to the input",
        evidence={},
    )


def asked(run: RunFolder) -> list[tuple[str, str]]:
    """Name and arguments of every command in the run's database."""
    connection = sqlite3.connect(run.database)
    try:
        return list(connection.execute("SELECT name, arguments FROM commands ORDER BY id"))
    finally:
        connection.close()


def collapse(recorded: Recorded, step: int = 390) -> None:
    recorded.writes(
        events=[
            AlarmRaised(
                name="collapsed",
                severity="critical",
                step=step,
                wall=recorded.now,
                sentence="mode collapse: samples reach 31 % of what real data reaches, lost: Sandal, Bag",
                advice="lower the generator's learning rate",
                evidence={"diversity/coverage": 0.31, "lost/Sandal": 0.0, "lost/Bag": 0.1},
            ),
            Facts(values={"verdict": "collapsed"}),
        ]
    )
