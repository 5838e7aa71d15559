"""Watches the losses of a log as it grows, and judges them by the rules of this package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from latentop.engine.external.loss_rules.course import Course
from latentop.engine.external.loss_rules.family import YOUNG_STEPS
from latentop.engine.external.loss_rules.non_finite_losses import FAMILIES as FINITE
from latentop.engine.external.loss_rules.quality import garbage_apart
from latentop.engine.external.loss_rules.rules import LossRules
from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.run.loss_pairs import DISCRIMINATOR, GENERATOR
from latentop.engine.run.store.bins import Floats, Ints
from latentop.engine.watch.signals.non_finite import DIVERGED
from latentop.engine.watch.verdict.alarms import Alarms, Condition, Verdict

SHARE, MOST_ROWS = 100, 1000
"""A look comes every row at first, then every hundredth part of the log, and at most so many rows apart."""
EPOCH = 100
"""Steps that an epoch has, at least."""
SELDOM = 8
"""Of so many looks one asks the rule that is slow."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Values ``(n,)`` of a series at ascending steps ``(n,)``."""

    steps: Ints
    values: Floats

    def first(self, count: int) -> "Rows":
        """So many of the first."""
        return Rows(self.steps[:count], self.values[:count])

    def rest(self, count: int) -> "Rows":
        """Those after so many of the first."""
        return Rows(self.steps[count:], self.values[count:])


class LossWatch:
    """Takes series as they grow; the same rows give the same alarms, however many come at once.

    A row is a step at which any series has a value. Looks are told by the number of rows, and come at once
    where a value is not finite.
    """

    def __init__(self) -> None:
        self._courses: dict[str, Course] = {}
        self._waiting: dict[str, Rows] = {}
        self._first: dict[str, int] = {}
        """The first step of every series."""
        self._rows = self._looks = 0
        self._next = 1
        self._last = -1
        self._rules = LossRules()
        self._alarms = Alarms(patience=1, awaits=("collapsed",))
        self.steps_a_count = 1
        """How many steps of training a step of the log stands for, at least; see ``EPOCH``."""
        self._told: dict[str, tuple[int, int | None]] = {}
        """Of every alarm the looks that last raised and cleared it."""
        self.conditions: list[Condition] = []
        """What the newest look has found."""

    @property
    def verdict(self) -> Verdict:
        """The severest alarm that is on; never ``healthy``, for nobody has seen the samples."""
        return self._alarms.verdict

    def observe(
        self, columns: Mapping[str, Rows], *, wall: float = 0.0, once: bool = False
    ) -> list[AlarmRaised | AlarmCleared]:
        """The alarms that these rows raise and clear, with those that waited for a look.

        Rows before a series' newest step come too late, and count for nothing. With ``once`` at most one look
        is taken, at the newest row: a training's own thread has no time for more.
        """
        for name, one in columns.items():
            self._waiting[name] = self._after(name, one)
        waiting = [one for one in self._waiting.values() if len(one.steps)]
        if not waiting:
            return []
        steps = _of_all([one.steps for one in waiting])
        steps = steps[np.searchsorted(steps, self._last, side="right") :]
        unsound = self._unsound(steps)
        events: list[AlarmRaised | AlarmCleared] = []
        place = 0
        while True:
            ahead = place + self._next - self._rows
            if once and ahead <= len(steps):
                ahead = len(steps)
            soon = unsound[np.searchsorted(unsound, place) :]
            if len(soon) and DIVERGED not in self._alarms.standing:
                ahead = len(steps) if once else min(ahead, int(soon[0]) + 1)
            if ahead > len(steps):
                return events
            self._rows += ahead - place
            if self._rows >= self._next:
                self._next = self._rows + max(1, min(self._rows // SHARE, MOST_ROWS))
            self._take(int(steps[ahead - 1]))
            events += self._look(wall)
            place = ahead

    def end(self, *, wall: float = 0.0) -> list[AlarmRaised | AlarmCleared]:
        """What the whole log says, with the last rows, which would wait for more."""
        last = max((int(one.steps[-1]) for one in self._waiting.values() if len(one.steps)), default=None)
        if last is not None:
            self._take(last)
        return self._look(wall, last=True)

    def back_to(self, step: int, *, wall: float = 0.0) -> list[AlarmRaised | AlarmCleared]:
        """Training went back: what was told from this step on counts no more, nor do its alarms."""
        for name, one in self._waiting.items():
            self._waiting[name] = one.first(int(np.searchsorted(one.steps, step)))
        for course in self._courses.values():
            course.back_to(step)
        self._last = min(self._last, step - 1)
        self._rules.back_to(step)
        self.conditions = []
        over: list[AlarmRaised | AlarmCleared] = []
        for name, (raised, cleared) in list(self._told.items()):
            if raised >= step or (cleared is not None and cleared >= step):
                self._alarms.forget(name)
                del self._told[name]
                over.append(AlarmCleared(name=name, step=step, wall=wall))
        return over

    def _after(self, name: str, rows: Rows) -> Rows:
        """What waits of a series, with those of its new rows that go on from there."""
        held = self._waiting.get(name, _NONE)
        course = self._courses.get(name)
        last = int(held.steps[-1]) if len(held.steps) else course.last if course else -1
        late = int(np.searchsorted(rows.steps, last, side="right"))
        if not late and not len(held.steps):
            return rows
        steps, values = rows.steps[late:], rows.values[late:]
        if len(held.steps):
            steps, values = np.concatenate([held.steps, steps]), np.concatenate([held.values, values])
        return Rows(steps, values)

    def _unsound(self, steps: Ints) -> Ints:
        """The places of these steps at which a value is not finite that must be."""
        bad = [
            one.steps[~np.isfinite(one.values)]
            for name, one in self._waiting.items()
            if name.startswith(FINITE)
        ]
        return np.flatnonzero(np.isin(steps, np.concatenate(bad))) if bad else np.empty(0, dtype=np.int64)

    def _take(self, step: int) -> None:
        """Hand the waiting rows up to a step on."""
        for name, one in self._waiting.items():
            count = int(np.searchsorted(one.steps, step, side="right"))
            if count:
                taken, self._waiting[name] = one.first(count), one.rest(count)
                self._rules.non_finite.judge(name, taken.steps, taken.values)
                taken = taken.rest(self._untrained(name, taken))
                if len(taken.steps):
                    sound = garbage_apart(name, taken.values)
                    self._courses.setdefault(name, Course()).add(taken.steps, sound)
        self._last = max(self._last, step)

    def _untrained(self, name: str, rows: Rows) -> int:
        """How many of the first rows are of a network that begins to train later: its loss is just 0."""
        first = self._first.setdefault(name, int(rows.steps[0]))
        late = first >= YOUNG_STEPS or self.steps_a_count > 1
        if late or name in self._courses or not name.startswith((GENERATOR, DISCRIMINATOR)):
            return 0
        return int(np.append(np.flatnonzero(rows.values), len(rows.values))[0])

    def _look(self, wall: float, *, last: bool = False) -> list[AlarmRaised | AlarmCleared]:
        """What the courses say now."""
        thorough = last or self._looks % SELDOM == 0
        self._looks += 1
        self.conditions = self._rules.conditions(
            self._courses, thorough=thorough, ended=last, steps_a_count=self.steps_a_count
        )
        events = self._alarms.update(self.conditions, step=self._last, wall=wall)
        for event in events:
            raised, _ = self._told.get(event.name, (self._last, None))
            match event:
                case AlarmRaised():
                    self._told[event.name] = self._last, None
                case AlarmCleared():
                    self._told[event.name] = raised, self._last
        return events


def _of_all(steps: Sequence[Ints]) -> Ints:
    """The steps of all series, ascending. Those that were logged together share theirs: there may be many."""
    first, *others = {id(one): one for one in steps}.values()
    if not others and (np.diff(first) > 0).all():
        return first
    return np.unique(np.concatenate([first, *others]))


_NONE = Rows(np.empty(0, dtype=np.int64), np.empty(0))
