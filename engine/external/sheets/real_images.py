"""Sheets held against real images: the meter of training, for samples that another program has drawn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from latentop.engine.external.script.functions.real_data import RealData
from latentop.engine.external.sheets.tiles import Pixels
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Facts, Scalars
from latentop.engine.run.facts import told
from latentop.engine.watch.samples.reading import NAMED
from latentop.engine.watch.samples.unmeasured import Unmeasured
from latentop.engine.watch.watch import Watch
from latentop.presets.watch import Watch as WatchSettings

LEAST_SAMPLES = 64
"""What the settings of a watch accept."""
_NO_ALARM = ("unknown", "healthy")
"""Verdicts where no alarm is on."""


class RealImages:
    """Real images of a folder. ``clock`` gives seconds that only grow."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._watch: Watch | None = None
        self._measured: tuple[int, tuple[int, ...]] = 0, ()

    @property
    def unmeasured(self) -> Unmeasured | None:
        """Why samples can't be held against them, where that turned out."""
        return self._watch.unmeasured if self._watch else None

    @property
    def metered(self) -> bool:
        """Whether samples are held against them."""
        return self._watch is not None and self._watch.metered

    @property
    def sound(self) -> bool:
        """Whether the samples so far are found as diverse as it takes."""
        watch = self._watch
        return self.metered and watch is not None and not watch.awaited and watch.verdict in _NO_ALARM

    def facts(self) -> Facts:
        """What people are told of the meter."""
        watch = self._watch
        if watch is None or not watch.metered:
            return told()
        known = told(awaited=watch.awaited, diversity_alarm=watch.diversity_alarm)
        if not watch.built:
            return known
        names = watch.modes if len(watch.modes) <= NAMED else ()
        return known | told(
            modes=len(watch.modes),
            mode_names=names,
            diversity_chance=watch.chance,
            real_quality=watch.real_quality,
        )

    def judge(self, tiles: Pixels, step: int, wall: float) -> Iterator[Scalars | AlarmRaised | AlarmCleared]:
        """Measure a sheet's tiles ``(n, channels, height, width)``.

        Real images are measured at the first sheet, whose tiles say how large they are.
        """
        shape, count = tiles.shape[1:], len(tiles)
        if self._watch is None or (count, shape) != self._measured:
            self._measured = count, shape
            real = RealData(source=str(self._folder), value_range=None)
            self._watch = Watch(
                WatchSettings(samples=max(LEAST_SAMPLES, count)),
                lambda: real.meter(count, 0, shape),
                clock=self._clock,
                awaits=("collapsed",),
            )
        samples = torch.from_numpy(np.ascontiguousarray(tiles)).float() / 255
        watch, again = self._watch, self._watch.metered
        while again:
            yield from watch.judge(lambda count: samples, step=step, wall=wall)
            again = watch.building
