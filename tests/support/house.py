"""A trainer that can go back, and all that takes it back, without a worker."""

import time
from pathlib import Path

import numpy as np
import torch

from latentop.engine.checkpoint.intervals import Saver
from latentop.engine.checkpoint.snapshots import Snapshot
from latentop.engine.control.edits import Edits
from latentop.engine.control.guard import Guard
from latentop.engine.control.rollback import Rollback
from latentop.engine.data import load
from latentop.engine.run.events import AlarmRaised, Event, Facts, Mark, Scalars, Verdict
from latentop.engine.run.folder import RunFolder
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue, live

CPU = torch.device("cpu")


class House:
    """A trainer with good states at steps 0, 10 and 20, which stands at step 30, its edits and its guard."""

    def __init__(self, path: Path, *overrides: str, used: int = 0) -> None:
        preset = catalogue.load(catalogue.find("oscillation"), ["steps=1000", *overrides])
        self.said: list[Event] = []
        self.stops: list[str] = []
        self.trainer = Trainer(preset, load(preset.data, CPU), CPU, wall=time.time, clock=time.monotonic)
        self.run = RunFolder(path)
        self.run.checkpoints.mkdir(parents=True)
        saver = Saver(self.run, self.trainer, self.said.append)
        self.rollback = Rollback(self.trainer, saver, self.said.append)
        self.edits = Edits(self.trainer, saver, self.rollback, self.said.append)
        self.take_up(used=used)
        for step in (0, 10, 20):
            self.trainer.step = step
            self.trainer.snapshots.keep(
                Snapshot(step=step, wall=0.0, verdict="healthy", state=self.trainer.state())
            )
        self.trainer.step = 30

    def take_up(self, *, used: int = 0, **standing: str) -> None:
        """A guard of the training as it is, as a worker that begins has it."""
        self.guard = Guard(
            self.trainer, self.rollback, self.said.append, self.stops.append, used=used, standing=standing
        )

    def sets(self, guard: str) -> None:
        """As somebody asks who looks at it."""
        self.trainer.adopt(live.changed(self.trainer.preset, {"watch.guard": guard}))

    def steps(self) -> None:
        self.guard.see(Scalars(step=31, wall=0.0, values={}))

    def diverges(self) -> None:
        """For the watch, which has told nobody yet."""
        self.trainer.watch.observe(np.array([30]), {"loss/generator": np.array([np.nan])}, wall=0.0)

    def becomes(self, verdict: str) -> None:
        said = f"{verdict}: 3 of 4"
        alarm = AlarmRaised(
            name=verdict, severity="critical", step=30, wall=0.0, sentence=said, advice="", evidence={}
        )
        self.rollback.note(alarm)
        self.guard.see(alarm)
        self.guard.see(Verdict(step=30, wall=0.0, name=verdict))

    @property
    def marks(self) -> list[Mark]:
        return [one for one in self.said if isinstance(one, Mark)]

    @property
    def facts(self) -> dict[str, object]:
        return {
            key: value for one in self.said if isinstance(one, Facts) for key, value in one.values.items()
        }

    @property
    def rates(self) -> list[float]:
        return [value for key, value in live.settings(self.trainer.preset).items() if key.endswith(".lr")]
