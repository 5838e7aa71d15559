"""Reads the training and says how it is: diversity of samples, stability of numbers, alarms.

``Watch`` is all that the trainer needs: give it every step's values about once a second (``observe``), what
was measured on held-out data (``validate``), and samples whenever a check is ``due`` (``judge``). All return
events.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median
from typing import Any, Protocol, SupportsFloat

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.run.events import AlarmCleared, AlarmRaised, Scalars
from engine.watch.alarms import Alarms, Condition, Verdict
from engine.watch.codings import dead_codings
from engine.watch.collapse import Collapse
from engine.watch.diversity import Reading
from engine.watch.garbage import Garbage
from engine.watch.overfitting import Overfitting
from engine.watch.posterior import posterior_collapse
from engine.watch.signals import DIVERGED
from engine.watch.stability import Stability
from presets.watching import Watch as Settings

_COSTS = 5


class Meter(Protocol):
    """Measures samples: so many of them, and what they say."""

    @property
    def samples(self) -> int:
        """How many samples a reading takes."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the modes that a reading counts."""
        ...

    @property
    def chance(self) -> Mapping[str, float]:
        """The σ of measures for a perfect generator, by name, as a share of real data."""
        ...

    def read(self, samples: Tensor) -> Reading:
        """What the samples ``(n, *shape)`` say."""
        ...


class Watch:
    """Watches one run: ``build`` is None where nothing is sampled, ``clock`` gives seconds that only grow.

    The meter is built for the first check: measuring real data takes most of a second, and training begins.
    A check costs time: the next is due after ``settings.every`` seconds, or so much later that checks take no
    more than ``settings.budget`` of the time. ``reading`` is the newest, None before the first.
    """

    def __init__(
        self, settings: Settings, build: Callable[[], Meter] | None, *, clock: Callable[[], float]
    ) -> None:
        self._build_meter = build
        self._meter: Meter | None = None
        self._clock = clock
        self._build(settings)
        self._costs: deque[float] = deque(maxlen=_COSTS)
        self._next = clock()
        self._samples_finite = True
        self.reading: Reading | None = None

    def _build(self, settings: Settings) -> None:
        self._settings = settings
        self._stability = Stability(settings)
        self._collapse = Collapse(settings)
        self._garbage = Garbage(settings)
        self._overfitting = Overfitting(settings)
        self._alarms = Alarms(patience=settings.patience, awaits=("collapsed",) if self.metered else ())

    def adopt(self, settings: Settings) -> None:
        """Watch by other thresholds from now on; what was seen so far is remembered."""
        seen = self.state()
        self._build(settings)
        self.restore(seen)

    @property
    def verdict(self) -> Verdict:
        """The run in one word: unknown, healthy, warning, or the name of the critical alarm that is on."""
        return self._alarms.verdict

    @property
    def since(self) -> int | None:
        """The step at which the alarm that is the verdict began; None where the verdict is no alarm."""
        return self._alarms.since

    @property
    def metered(self) -> bool:
        """Whether samples are judged at all."""
        return self._build_meter is not None

    @property
    def modes(self) -> int:
        """How many modes are counted, 0 before the first check and without a meter."""
        return len(self._meter.classes) if self._meter else 0

    @property
    def chance(self) -> dict[str, float]:
        """The σ of real data in each measure, as a share; none before the first check and without a meter."""
        return dict(self._meter.chance) if self._meter else {}

    @property
    def due(self) -> bool:
        """Whether it is time for ``judge``."""
        return self.metered and self._clock() >= self._next

    @property
    def cost(self) -> float:
        """Seconds that a check takes, drawing included: the median of the last few, 0 before the first."""
        return median(self._costs) if self._costs else 0.0

    @property
    def interval(self) -> float:
        """Seconds from the end of one check to the next."""
        return max(self._settings.every, self.cost / self._settings.budget)

    def observe(
        self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]], *, wall: float
    ) -> list[AlarmRaised | AlarmCleared]:
        """Judge the values ``(n,)`` of every series at the steps ``(n,)`` since the last call."""
        if len(steps) == 0:
            return []
        conditions = self._stability.observe(steps, values)
        if not self._samples_finite:
            conditions = [
                replace(found, clear=found.clear and found.name != DIVERGED) for found in conditions
            ]
        self._overfitting.observe(steps, values)
        self._garbage.observe(values)
        return self._alarms.update(conditions, step=int(steps[-1]), wall=wall)

    def validate(
        self, step: int, values: Mapping[str, SupportsFloat], *, wall: float
    ) -> list[AlarmRaised | AlarmCleared]:
        """Judge series measured on held-out data at one step, such as ``valid/reconstruction``."""
        numbers = {name: float(value) for name, value in values.items()}
        conditions = [
            *self._overfitting.validate(step, numbers),
            *posterior_collapse(step, numbers, self._settings),
            *dead_codings(step, numbers, self._settings),
        ]
        return self._alarms.update(conditions, step=step, wall=wall)

    def judge(
        self, draw: Callable[[int], Tensor], *, step: int, wall: float
    ) -> list[Scalars | AlarmRaised | AlarmCleared]:
        """Check the samples that ``draw(n)`` returns: ``(n, channels, height, width)`` in [0, 1].

        Returns the series ``diversity/…`` and the alarms raised or cleared. Samples that are not finite
        give the alarm ``diverged`` and no series. Raises ValueError without a meter.
        """
        if self._build_meter is None:
            raise ValueError("this run is watched without a meter")
        self._meter = self._meter or self._build_meter()
        began = self._clock()
        samples = draw(self._meter.samples)
        self._samples_finite = bool(samples.isfinite().all())
        events: list[Scalars | AlarmRaised | AlarmCleared] = []
        if self._samples_finite:
            events += self.take(self._meter.read(samples), step=step, wall=wall)
        else:
            events += self._alarms.update([_not_finite(samples)], step=step, wall=wall)
        ended = self._clock()
        self._costs.append(ended - began)
        self._next = ended + self.interval
        return events

    def take(self, reading: Reading, *, step: int, wall: float) -> list[Scalars | AlarmRaised | AlarmCleared]:
        """Judge a reading of samples; returns its series and the alarms raised or cleared."""
        self.reading = reading
        conditions = [*self._collapse.judge(reading, step), *self._garbage.judge(reading)]
        values = reading.series() | reading.shares() | {"diversity/turnover": self._collapse.turnover}
        return [
            Scalars(step=step, wall=wall, values=values),
            *self._alarms.update(conditions, step=step, wall=wall),
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types: alarms, arming and the recent values, but no clock."""
        return {
            "alarms": self._alarms.state(),
            "collapse": self._collapse.state(),
            "garbage": self._garbage.state(),
            "overfitting": self._overfitting.state(),
            "stability": self._stability.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``: nothing that is on is raised again."""
        self._samples_finite, self.reading = True, None
        self._alarms.restore(state["alarms"])
        self._collapse.restore(state["collapse"])
        self._overfitting.restore(state["overfitting"])
        if stability := state.get("stability"):  # older checkpoints have none
            self._stability.restore(stability)
        if garbage := state.get("garbage"):
            self._garbage.restore(garbage)


def _not_finite(samples: Tensor) -> Condition:
    count = int((~samples.isfinite()).flatten(1).any(1).sum())
    return Condition(
        name=DIVERGED,
        severity="critical",
        bad=True,
        clear=False,
        sentence=f"training diverged: {count} of {len(samples)} samples hold values that are not finite",
        advice="go back to the last checkpoint and lower the learning rate",
        evidence={"samples": float(count)},
        pace="proof",
    )
