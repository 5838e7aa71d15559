"""Values that are not finite: training has diverged."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.watch.alarms import Condition
from engine.watch.recent import Recent

DIVERGED = "diverged"
FINITE_AGAIN = 200
"""Steps without a value that is not finite, before it counts as over."""


class NonFinite:
    """Recent values to the condition ``diverged`` (critical); counts the steps since all was finite."""

    def __init__(self) -> None:
        self._finite = 0

    def judge(self, recent: Recent, new: int) -> list[Condition]:
        """What the ``new`` steps since the last look say."""
        steps = recent.steps[-new:]
        values = {name: recent.values(name)[-new:] for name in recent.names}
        found = {name: ~np.isfinite(series) for name, series in values.items()}
        first = {name: int(bad.argmax()) for name, bad in found.items() if bad.any()}
        any_bad = np.logical_or.reduce(list(found.values())) if found else np.zeros(len(steps), bool)
        trailing = len(steps) if not first else int(any_bad[::-1].argmax())
        self._finite = trailing + (0 if first else self._finite)
        sentence, evidence, since = "", {}, None
        if first:
            name = min(first, key=lambda series: first[series])
            value, step = float(values[name][first[name]]), int(steps[first[name]])
            kind = "not a number" if np.isnan(value) else "infinite"
            sentence, since = f"training diverged: {name} is {kind}", step
            others = len(first) - 1
            if others:
                sentence += f", and so {'is' if others == 1 else 'are'} {others} more series"
            evidence = {"step": float(step), "series": float(len(first)), "steps": float(any_bad.sum())}
        return [
            Condition(
                name=DIVERGED,
                severity="critical",
                bad=bool(first),
                clear=self._finite >= FINITE_AGAIN,
                sentence=sentence,
                advice="go back to the last checkpoint and lower the learning rate",
                evidence=evidence,
                pace="proof",
                since=since,
            )
        ]

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {"finite": self._finite}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._finite = int(state["finite"])
