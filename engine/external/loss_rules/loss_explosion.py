"""A loss that runs away, measured by the run's own early scale: no gradient norm is needed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from latentop.engine.external.loss_rules.course import Course, newest
from latentop.engine.external.series_names import FAKE, REAL
from latentop.engine.run.loss_pairs import DISCRIMINATOR
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS
from latentop.presets.wording import listed, spaced

NAME = "exploding"

CRITICS = 8.0
"""Times its early scale at which a critic's loss has run away, once its training is not young any more: a
bounded critic's loss falls after its first rise."""

EARLY = 4
"""The scale of a run is the largest that a loss was in the first of so many parts of it."""
FEWEST = 4
"""Chunks of a course before anything is said."""
TOGETHER = 3.0
"""Times its scale from which on a loss is told of beside one that has run away."""
NOW = 2
"""Chunks in a row that say what a loss is now: one alone is a spike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explosive:
    """A loss that may run away. ``floor`` is the least that its scale can be: losses of a GAN that were
    smaller early were only decided. ``alarm`` is how many times its scale it must be."""

    name: str
    course: Course
    floor: float
    alarm: float = DEFAULTS.explosion_alarm

    @property
    def over(self) -> float:
        """Times its scale below which that is over."""
        return self.alarm * DEFAULTS.explosion_clear / DEFAULTS.explosion_alarm


class LossExplosion:
    """Losses to the condition ``exploding`` (critical); remembers the scale of what has exploded."""

    def __init__(self) -> None:
        self._exploded: dict[str, tuple[int, float]] = {}

    @property
    def exploded(self) -> Collection[str]:
        """Which losses have run away, and are not back."""
        return self._exploded.keys()

    def judge(self, losses: Sequence[Explosive]) -> list[Condition]:
        """One condition of all of them."""
        worst: tuple[float, Explosive, float, float] | None = None
        grown: dict[str, float] = {}
        clear = True
        for one in losses:
            chunks = one.course.chunks()
            if len(chunks.levels) < FEWEST:
                continue
            sizes = np.abs(chunks.levels)
            scale = max(one.floor, float(sizes[: max(1, len(sizes) // EARLY)].max()))
            if one.name in self._exploded:
                scale = min(scale, self._exploded[one.name][1])
            now = float(sizes[-NOW:].min())
            times = now / scale if scale > 0 else 0.0
            if times > TOGETHER:
                grown[one.name] = times
            if times > one.alarm:
                since = newest(chunks, sizes > one.over * scale).since
                self._exploded.setdefault(one.name, (since, scale))
                if worst is None or times > worst[0]:
                    worst = times, one, scale, now
            elif sizes[-NOW:].max() < one.over * scale:
                self._exploded.pop(one.name, None)
            clear = clear and one.name not in self._exploded
        if worst is None:
            return [self._condition("", {}, clear=clear)]
        times, one, scale, now = worst
        sentence = (
            f"training explodes: {one.name} is {now:.3g}, {_times(times)} times the {scale:.3g} that was "
            f"the most early in the log (alarm above {one.alarm:g} times)"
        )
        parts = {REAL, FAKE} if DISCRIMINATOR in grown else set()
        others = [
            f"{name} {_times(more)} times" for name, more in grown.items() if name not in {one.name, *parts}
        ]
        sentence += f"; with it {listed(others)}" if others else ""
        evidence = {"loss": now, "loss-was": scale, "times": times}
        return [self._condition(sentence, evidence, clear=clear, since=self._exploded[one.name][0])]

    @staticmethod
    def _condition(
        sentence: str, evidence: Mapping[str, float], *, clear: bool, since: int | None = None
    ) -> Condition:
        return Condition(
            name=NAME,
            severity="critical",
            bad=since is not None,
            clear=clear,
            sentence=sentence,
            advice="go back to a checkpoint from before it began, and lower the learning rates",
            evidence=evidence,
            pace="proof",
            since=since,
        )

    def back_to(self, step: int) -> None:
        """Forget what exploded at this step or later."""
        self._exploded = {name: found for name, found in self._exploded.items() if found[0] < step}


def _times(ratio: float) -> str:
    return spaced(round(ratio)) if ratio < 1e6 else f"{ratio:.1g}"
