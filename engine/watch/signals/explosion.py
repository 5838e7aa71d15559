"""Losses and gradients that run away by orders of magnitude: the last minutes before a value is no number.

A run is measured by itself. Its scale is the largest that a series was in the first quarter of the run, and
"now" is the median of the last steps. So noise and single spikes say nothing, nor does a loss's unit.
Growth in step with time makes 4 times at most, with its square 16: what grows faster, and all at once,
explodes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.watch.signals.blocks import Blocks
from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch
from latentop.presets.wording import spaced

BLOCK = 64
"""Steps that one median runs over: a spike of fewer than half as many steps does not move it."""
YOUNG_BLOCKS = 4
"""The run's first blocks (256 steps). Their extremes count, not medians: much moves, and all of it may."""
SHARE = 4
"""Now is compared with the first of so many equal parts of the run, at least with the young blocks."""
MOST = 256
"""Entries that are kept of a series; where there are more, neighbours become one."""
GROWING = frozenset({"loss/penalty", "loss/kl", "loss/sparsity", "loss/generator", "grad/generator"})
"""What may well begin at nothing and grow by any factor: parts of a loss, and all that a generator is told.

Where the critic's slope is next to nothing at first, so are the generator's loss and gradient. What blows up
there blows up in the critic too."""


class _Course:
    """How large one series was in the run so far: one number for each ``width`` blocks, oldest first."""

    def __init__(self, peaks: list[float], blocks: int = 0, width: int = 1, left: int = 0) -> None:
        self.peaks, self.blocks, self.width = peaks, blocks, width
        self._cutter = Blocks(BLOCK, left)

    def extend(self, values: NDArray[np.float64], new: int) -> None:
        """Take the last ``new`` of these values, which are sizes: 0 or more."""
        for block in self._cutter.cut(values, new):
            finite = block[np.isfinite(block)]
            size = np.max if self.blocks < YOUNG_BLOCKS else np.median
            peak = float(size(finite)) if len(finite) else 0.0
            place = self.blocks // self.width
            self.peaks[place:] = [max([peak, *self.peaks[place:]])]
            self.blocks += 1
            if len(self.peaks) > MOST:
                self.peaks = [max(self.peaks[at : at + 2]) for at in range(0, len(self.peaks), 2)]
                self.width *= 2

    @property
    def scale(self) -> float | None:
        """The largest size in the first quarter of the run; None while the run is young."""
        if self.blocks <= YOUNG_BLOCKS:
            return None
        compared = max(YOUNG_BLOCKS, self.blocks // SHARE)
        return max(self.peaks[: -(-compared // self.width)])

    def state(self) -> list[Any]:
        return [self.peaks, self.blocks, self.width, self._cutter.left]


class Explosion:
    """Recent values to the condition ``exploding`` (critical); remembers how large every series has been.

    A loss and a gradient norm must both be so many times the run's own scale. Gradient norms of healthy GANs
    vary by 10 to 50 times, but those are single steps, not medians.
    """

    def __init__(self, settings: Watch = DEFAULTS) -> None:
        self._alarm, self._clear = settings.explosion_alarm, settings.explosion_clear
        self._courses: dict[str, _Course] = {}

    def judge(self, recent: Recent, new: int) -> list[Condition]:
        """What the last steps say; nothing in a run's first 320, nor while values are not finite."""
        names = [name for name in recent.names if _concerns(name)]
        self._courses = {name: self._courses.get(name) or _Course([]) for name in names}
        growth: dict[str, tuple[float, float, float]] = {}
        for name, course in self._courses.items():
            course.extend(np.abs(recent.values(name)), new)
            latest, scale = recent.latest(name, BLOCK), course.scale
            if latest is not None and scale:
                now = float(np.median(np.abs(latest)))
                growth[name] = now / scale, scale, now
        losses = {name: found for name, found in growth.items() if name.startswith("loss/")}
        gradients = {name: found for name, found in growth.items() if name.startswith("grad/")}
        if not losses or not gradients:
            return []
        loss = max(losses, key=lambda name: losses[name][0])
        gradient = max(gradients, key=lambda name: gradients[name][0])
        (times, was, now), (times_gradient, was_gradient, now_gradient) = losses[loss], gradients[gradient]
        sentence = (
            f"training explodes: {loss} went from {was:.3g} to {now:.3g} and {gradient} from "
            f"{was_gradient:.3g} to {now_gradient:.3g}, {_times(times)} and {_times(times_gradient)} times "
            f"the largest early in the run (alarm above {self._alarm:.3g} times)"
        )
        return [
            Condition(
                name="exploding",
                severity="critical",
                bad=min(times, times_gradient) > self._alarm,
                clear=max(times, times_gradient) < self._clear,
                sentence=sentence,
                advice=(
                    "bound the critic's slope (objective.penalty = 10, or spectral normalisation), "
                    "and go back to a checkpoint from before it began"
                    if "accuracy/critic" in recent
                    else "go back to a checkpoint from before it began, and lower the learning rates"
                ),
                evidence={
                    "loss": now,
                    "loss-was": was,
                    "gradient": now_gradient,
                    "gradient-was": was_gradient,
                    "times": min(times, times_gradient),
                },
                pace="proof",
            )
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {name: course.state() for name, course in self._courses.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._courses = {
            name: _Course([float(peak) for peak in peaks], int(blocks), int(width), int(left))
            for name, (peaks, blocks, width, left) in state.items()
        }


def _concerns(name: str) -> bool:
    return name.startswith(("loss/", "grad/")) and name not in GROWING


def _times(ratio: float) -> str:
    return spaced(round(ratio)) if ratio < 1e6 else f"{ratio:.1g}"
