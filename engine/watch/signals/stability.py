"""Early signs in the numbers of every step: one window over them, and a file in ``signals`` for each sign.

Nothing here waits for a diversity check: it reads blocks of steps, about once a second.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.watch.signals import Explosion, NonFinite, Stalled, oscillation, runaway_logits, winning
from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch


class Stability:
    """Watches per-step values: holds the recent ones, and what the signs with a memory remember.

    ``least_loss`` is what the discriminator's loss can't get below, in nats.
    """

    def __init__(self, settings: Watch = DEFAULTS, least_loss: float = 0.0) -> None:
        self._settings = settings
        self._least_loss = least_loss
        self._recent = Recent()
        self._forget()

    def _forget(self) -> None:
        self._non_finite = NonFinite()
        self._explosion = Explosion(self._settings)
        self._stalled = Stalled(self._settings)

    def observe(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]]) -> list[Condition]:
        """Judge the steps ``(n,)`` since the last call and each series' values ``(n,)`` at them.

        Steps ascend within a call; a call that starts earlier than the last one ended is a rollback, and
        forgets what is no longer so. Raises ValueError where a series has another length than ``steps``.
        """
        back = len(steps) > 0 and steps[0] <= self._recent.last
        self._recent.extend(steps, values)
        if len(steps) == 0:
            return []
        if back:
            self._forget()
        recent, new, settings = self._recent, len(steps), self._settings
        return [
            *self._non_finite.judge(recent, new),
            *self._explosion.judge(recent, new),
            *winning(recent, settings, self._least_loss),
            *runaway_logits(recent, settings),
            *oscillation(recent, settings),
            *self._stalled.judge(recent, new),
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types and arrays: the window and the memories."""
        return {
            "recent": self._recent.state(),
            "non-finite": self._non_finite.state(),
            "explosion": self._explosion.state(),
            "stalled": self._stalled.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._recent.restore(state["recent"])
        self._non_finite.restore(state["non-finite"])
        self._explosion.restore(state["explosion"])
        self._stalled.restore(state["stalled"])
