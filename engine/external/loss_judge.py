"""What losses alone say of a log that grows: the watch over losses, fed as rows come."""

from collections.abc import Mapping

import numpy as np

from latentop.engine.external.loss_rules.loss_watch import EPOCH, LossWatch, Rows
from latentop.engine.external.series_names import is_judged
from latentop.engine.record.host_copy import Column
from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.loss_pairs import DISCRIMINATOR
from latentop.engine.run.store.bins import Floats, Ints
from latentop.engine.watch.verdict.alarms import Condition

Alarms = list[AlarmRaised | AlarmCleared]

SLOW_SECONDS = 5.0
"""From one value to the next, which counts one more: no step of training takes so long, but an epoch does."""
NEWEST, FEWEST = 16, 6
"""Values that tell how much time passes between two."""


class LossJudge:
    """Takes columns by series, each time those that go on from the ones before; gives alarms.

    With ``once`` each call looks at most once, whatever it is given.
    """

    def __init__(self, *, once: bool = False) -> None:
        self._watch = LossWatch()
        self._once = once
        self._wall = 0.0
        self._steps: Ints = np.empty(0, dtype=np.int64)
        self._walls: Floats = np.empty(0)
        """Of the newest values of a discriminator's loss."""

    def __call__(self, columns: Mapping[str, Column]) -> Alarms:
        """The alarms that these columns raise or clear."""
        judged = {name: one for name, one in columns.items() if is_judged(name) and len(one.steps)}
        if not judged:
            return []
        self._wall = max(float(one.walls.max()) for one in judged.values())
        losses = next((one for name, one in judged.items() if name.startswith(DISCRIMINATOR)), None)
        if losses is not None and self._slow(losses):
            self.in_epochs()
        rows = {name: Rows(one.steps, one.values) for name, one in judged.items()}
        return self._watch.observe(rows, wall=self._wall, once=self._once)

    @property
    def conditions(self) -> list[Condition]:
        """What the newest look has found, of every alarm that was looked for."""
        return self._watch.conditions

    def in_epochs(self) -> None:
        """The steps of the losses count epochs."""
        self._watch.steps_a_count = EPOCH

    def back_to(self, step: int) -> Alarms:
        """Training went back: the alarms that are no more; what comes goes on from this step."""
        return self._watch.back_to(step, wall=self._wall)

    def end(self) -> Alarms:
        """What the last rows say, where no more come."""
        return self._watch.end(wall=self._wall)

    def _slow(self, losses: Column) -> bool:
        """Whether the newest values are one count and many seconds apart, as those of epochs are."""
        self._steps = np.concatenate([self._steps, losses.steps[-NEWEST:]])[-NEWEST:]
        self._walls = np.concatenate([self._walls, losses.walls[-NEWEST:]])[-NEWEST:]
        if len(self._steps) < FEWEST:
            return False
        counts, seconds = np.diff(self._steps), np.diff(self._walls)
        return bool(np.median(counts) == 1 and np.median(seconds) >= SLOW_SECONDS)
