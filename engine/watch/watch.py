"""Reads the training and says how it is: diversity of samples, stability of numbers, alarms.

``Watch`` is all that the trainer needs: give it every step's values about once a second (``observe``), what
was measured on held-out data (``validate``), and samples whenever a check is ``due`` (``judge``). All return
events.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from latentop.engine.run.chance import raised_below
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Scalars, Severity
from latentop.engine.watch.pace import Pace
from latentop.engine.watch.samples import feature_network
from latentop.engine.watch.samples.reading import Meter, Reading
from latentop.engine.watch.samples.unmeasured import UnmeasurableError, Unmeasured
from latentop.engine.watch.signals import DIVERGED, samples_not_finite
from latentop.engine.watch.signals.dead_codings import dead_codings
from latentop.engine.watch.signals.overfitting import Overfitting
from latentop.engine.watch.signals.posterior_collapse import posterior_collapse
from latentop.engine.watch.signals.stability import Stability
from latentop.engine.watch.verdict.alarms import Alarms, Condition, Verdict, merged
from latentop.engine.watch.verdict.arming import looks_real
from latentop.engine.watch.verdict.collapse import Collapse
from latentop.engine.watch.verdict.garbage import Garbage
from latentop.presets.watch import Watch as Settings

BUILD_SECONDS = 0.25
"""How long the meter is built between two steps."""


class Watch:
    """Watches one run: ``pieces`` is None where nothing is sampled, ``clock`` gives seconds that only grow.

    The meter is built once training has begun, piece by piece between steps, for measuring real data takes
    seconds. ``awaits`` names the alarms that must be looked for before a run is healthy; with a meter,
    ``collapsed`` is one of them.
    ``least_loss`` is what the discriminator's loss can't get below, in nats.
    ``pace`` says when the next check is due. ``reading`` is the newest, None before the first.
    """

    def __init__(
        self,
        settings: Settings,
        pieces: Callable[[], Iterator[Meter | None]] | None,
        *,
        clock: Callable[[], float],
        awaits: Collection[str] = (),
        least_loss: float = 0.0,
    ) -> None:
        self._pieces = pieces
        self._awaits = frozenset(awaits) | ({"collapsed"} if pieces is not None else set())
        self._rest: Iterator[Meter | None] | None = None
        self._meter: Meter | None = None
        self.unmeasured: Unmeasured | None = None
        """Why samples can't be measured, where that turned out on the way."""
        self._clock = clock
        self.pace = Pace(settings, clock)
        self._build(settings, least_loss)
        self._missed = 0
        """Checks in a row that could not be made."""
        self._samples_finite = True
        self._heard: tuple[Condition, ...] = ()
        """What others have found that look at the same training."""
        self.reading: Reading | None = None

    def _build(self, settings: Settings, least_loss: float) -> None:
        self._settings = self.pace.settings = settings = settings.moved
        self._stability = Stability(settings, least_loss)
        self._collapse = Collapse(settings)
        self._garbage = Garbage(settings)
        self._overfitting = Overfitting(settings)
        self._alarms = Alarms(patience=settings.patience, awaits=self._awaits)

    def adopt(self, settings: Settings, least_loss: float = 0.0) -> None:
        """Watch by other thresholds from now on; what was seen so far is remembered."""
        seen = self.state()
        self._build(settings, least_loss)
        self.restore(seen)

    @property
    def verdict(self) -> Verdict:
        """The run in one word: unknown, healthy, warning, or the name of the critical alarm that is on."""
        return self._alarms.verdict

    @property
    def since(self) -> int | None:
        """The first step at which an alarm that stands began; None where none does."""
        return self._alarms.since

    @property
    def awaited(self) -> tuple[str, ...]:
        """Names of the alarms that could not be looked for yet, of those that a healthy run takes."""
        return self._alarms.awaited

    @property
    def metered(self) -> bool:
        """Whether samples are judged at all."""
        return self._pieces is not None

    @property
    def built(self) -> bool:
        """Whether there is a meter: not before the first check."""
        return self._meter is not None

    @property
    def modes(self) -> tuple[str, ...]:
        """The names of the modes that are counted; none before the first check and without a meter."""
        return self._meter.classes if self._meter else ()

    @property
    def fewer(self) -> int:
        """Samples of a reading, where these are fewer than the settings ask for; 0 as without a meter."""
        taken = self._meter.samples if self._meter else self._settings.samples
        return taken if taken < self._settings.samples else 0

    @property
    def chance(self) -> dict[str, float]:
        """The σ of real data in each measure, as a share; none before the first check and without a meter."""
        return dict(self._meter.chance) if self._meter else {}

    @property
    def real_quality(self) -> dict[str, tuple[float, float]]:
        """What real data reach in each distance of a reading, and the σ of it; none as above."""
        return {name: (one.value, one.sigma) for name, one in self._meter.own.items()} if self._meter else {}

    @property
    def levels(self) -> Settings:
        """What alarms are judged by: the settings, moved by their sensitivity."""
        return self._settings

    @property
    def diversity_alarm(self) -> float:
        """Share of real data's coverage below which samples have collapsed, with room for chance."""
        return raised_below(self._settings.diversity_alarm, self.chance.get("coverage", 0.0))

    @property
    def building(self) -> bool:
        """Whether the meter is begun and not complete."""
        return self._rest is not None

    @property
    def due(self) -> bool:
        """Whether it is time for ``judge``."""
        return self.metered and (self.building or self.pace.due)

    @property
    def undecided(self) -> bool:
        """Whether the newest samples look real, but too few checks have seen such to judge them."""
        if self._meter is None or self.reading is None:
            return False
        return "collapsed" in self.awaited and looks_real(self.reading)

    def hear(self, conditions: Iterable[Condition]) -> None:
        """Judge these, too, whenever values are observed, until others are heard; each alarm is one."""
        self._heard = tuple(conditions)

    def stand(self, name: str, severity: Severity, since: int) -> None:
        """Have an alarm be on that was raised before."""
        self._alarms.stand(name, severity, since)

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
        if self._heard:
            conditions = merged([*conditions, *self._heard])
        self._overfitting.observe(steps, values)
        self._garbage.observe(values)
        self._alarms.read(len(steps))
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
        give the alarm ``diverged`` and no series. While the meter is being built, a call goes on with that
        for a moment, and returns nothing. Raises ValueError without a meter.
        """
        if self._pieces is None:
            raise ValueError("this run is watched without a meter")
        if self._meter is None:
            self._rest = self._rest or self._pieces()
            until = self._clock() + BUILD_SECONDS
            try:
                while self._meter is None and self._clock() < until:
                    self._meter = next(self._rest)
            except UnmeasurableError as error:
                self._give_up(error.reason)
                return []
            if self._meter is None:
                return []
            self._rest = None
        began = self._clock()
        try:
            samples = draw(self._meter.samples)
            finite = bool(samples.isfinite().all())
            reading = self._meter.read(samples) if finite else None
        except UnmeasurableError as error:
            self._give_up(error.reason)
            return []
        self._samples_finite, self.pace.in_doubt = finite, False
        events: list[Scalars | AlarmRaised | AlarmCleared] = []
        if reading is not None:
            events += self.take(reading, step=step, wall=wall)
        else:
            bad = int((~samples.isfinite()).flatten(1).any(1).sum())
            events += self._alarms.update([samples_not_finite(bad, len(samples))], step=step, wall=wall)
        self.pace.checked(began)
        self._missed = 0
        return events

    def put_off(self) -> None:
        """The check that is due can't be made now: the next one is due after the usual time.

        A meter that was being built is begun anew then. After ``settings.patience`` checks in a row that
        could not be made nobody knows how samples are: the run is healthy no more until they are read again.
        """
        self._rest = None
        self._missed += 1
        self.pace.skip()
        if self._missed >= self._settings.patience:
            self._alarms.forget_judgement("collapsed")

    def confirm(
        self, draw: Callable[[int], Tensor], *, step: int, wall: float
    ) -> list[AlarmRaised | AlarmCleared]:
        """Read other samples of the step that was read last: they may show that these can be judged.

        For all else, such as patience before an alarm, they are no further check. Raises ValueError without
        a meter.
        """
        if self._meter is None:
            raise ValueError("no samples were read yet")
        try:
            samples = draw(self._meter.samples)
            if not samples.isfinite().all():
                return []
            reading = self._meter.read(samples)
        except UnmeasurableError:
            return []
        conditions = self._collapse.confirm(reading, step)
        return self._alarms.update(conditions, step=step, wall=wall)

    def _give_up(self, reason: Unmeasured) -> None:
        """Measure no more: whoever reads the run is told why."""
        self.unmeasured, self._pieces, self._rest, self._meter = reason, None, None, None
        feature_network.release()
        self._alarms.forget_judgement("collapsed")

    def take(self, reading: Reading, *, step: int, wall: float) -> list[Scalars | AlarmRaised | AlarmCleared]:
        """Judge a reading of samples; returns its series and the alarms raised or cleared."""
        self.reading = reading
        conditions = [*self._collapse.judge(reading, step), *self._garbage.judge(reading)]
        values = reading.series() | reading.shares() | {"diversity/turnover": self._collapse.turnover}
        events = self._alarms.update(conditions, step=step, wall=wall)
        self.pace.in_doubt = any(one.bad and one.name not in self._alarms.standing for one in conditions)
        return [Scalars(step=step, wall=wall, values=values), *events]

    def look_again(self) -> None:
        """Judge samples anew, for they are held against other images than before."""
        self._alarms.forget_judgement("collapsed")
        self._collapse = Collapse(self._settings)

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types and arrays: alarms, arming, recent values; no clock."""
        return {
            "alarms": self._alarms.state(),
            "collapse": self._collapse.state(),
            "garbage": self._garbage.state(),
            "overfitting": self._overfitting.state(),
            "stability": self._stability.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``: nothing that is on is raised again."""
        self._samples_finite, self.pace.in_doubt, self.reading = True, False, None
        self._alarms.restore(state["alarms"])
        if not self.metered:  # as where images were removed: whoever looked then can't now
            self._alarms.forget_judgement("collapsed")
        self._collapse.restore(state["collapse"])
        self._overfitting.restore(state["overfitting"])
        if stability := state.get("stability"):  # older checkpoints have none
            self._stability.restore(stability)
        if garbage := state.get("garbage"):
            self._garbage.restore(garbage)
