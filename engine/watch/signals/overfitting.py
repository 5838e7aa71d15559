"""Says of an autoencoder whether it learns its data by heart: training error falls, validation error stays.

A coder that is too powerful for its data could give each image a number and learn nothing of use (Géron 2022,
chapter 17, Stacked Autoencoders). It reads per-step training errors, and validation errors at intervals.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS, Watch
from latentop.presets.wording import spaced

TRAINING, VALIDATION = "loss/reconstruction", "valid/reconstruction"

WINDOW = 100
"""Steps that the training error is averaged over."""
BETTER = 0.99
"""Of the best validation error so far: only below this does another count as better."""
FELL = 0.8
"""Of the training error at the best validation error: below, training went on without validation."""

_NO_VALUES: NDArray[np.float64] = np.empty(0)


class Overfitting:
    """Training errors and validation errors to the condition ``over-fitting`` (warning)."""

    def __init__(self, settings: Watch = DEFAULTS) -> None:
        self._alarm, self._clear = settings.overfitting_alarm, settings.overfitting_clear
        self._last_step = -1
        self._recent = _NO_VALUES
        self._best: tuple[int, float, float] | None = None

    def observe(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[np.float64]]) -> None:
        """Take the training errors ``(n,)`` at the steps ``(n,)``; a step back is a rollback."""
        if TRAINING not in values or len(steps) == 0:
            return
        if steps[0] <= self._last_step:
            self._recent = _NO_VALUES
            if self._best and self._best[0] > steps[0]:
                self._best = None
        self._last_step = int(steps[-1])
        self._recent = np.concatenate([self._recent, values[TRAINING]])[-WINDOW:]

    def validate(self, step: int, values: Mapping[str, float]) -> list[Condition]:
        """Judge the validation error among these values; nothing before WINDOW steps of training."""
        found = values.get(VALIDATION)
        if found is None or not np.isfinite(found):
            return []
        if len(self._recent) < WINDOW or not np.isfinite(self._recent).all() or self._recent.mean() <= 0:
            return []
        training = float(self._recent.mean())
        if self._best is None or found < BETTER * self._best[1]:
            self._best = (step, found, training)
        since, best, then = self._best
        gap = found / training
        return [
            Condition(
                name="over-fitting",
                severity="warning",
                bad=gap > self._alarm and training < FELL * then,
                clear=gap < self._clear,
                sentence=(
                    f"over-fitting: the training error fell from {then:.3g} to {training:.3g} "
                    f"since step {spaced(since)}, the validation error did not follow "
                    f"({best:.3g} then, {found:.3g} now, {gap:.1f} times the training error; "
                    f"alarm above {self._alarm:.3g})"
                ),
                advice="train on more images, make network or codings smaller, or add noise to the input",
                evidence={
                    "training": training,
                    "validation": found,
                    "best": best,
                    "best-step": float(since),
                    "gap": gap,
                },
                pace="proof",  # means over a hundred steps and all held-out data, seldom taken
                since=since,
            )
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {"best": list(self._best) if self._best else None}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``; the window fills anew."""
        self._recent, self._last_step = _NO_VALUES, -1
        best = state["best"]
        self._best = (int(best[0]), float(best[1]), float(best[2])) if best else None
