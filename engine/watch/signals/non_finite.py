"""Values that are not finite: training has diverged."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentop.engine.run.series import NOISY
from latentop.engine.watch.signals.recent import Recent
from latentop.engine.watch.verdict.alarms import Condition

DIVERGED = "diverged"
ADVICE = "go back to the last checkpoint and lower the learning rate"
PROOF = (*NOISY, "valid/", "codings/", "kl/")
"""What begins the names of series that training itself is made of: one value that is not finite is proof."""
LASTING = 20
"""Values in a row that prove it of another series: a score may be infinite now and then, or never defined."""
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
        found = {name: _proofs(name, recent)[-new:] for name in values}
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
                advice=ADVICE,
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


def _proofs(name: str, recent: Recent) -> NDArray[np.bool_]:
    """Which of a series' values ``(m,)`` prove that training diverged.

    Of one that a script made up these are the last ones, where all of many are not finite and one was before.
    """
    bad = ~np.isfinite(recent.values(name))
    if name.startswith(PROOF):
        return bad
    lasting = len(bad) if bad.all() else int(bad[::-1].argmin())
    proved = LASTING <= lasting < len(bad)
    return bad & (np.arange(len(bad)) >= len(bad) - lasting) & proved


def samples_not_finite(bad: int, count: int) -> Condition:
    """That ``bad`` of ``count`` samples hold values that are not finite."""
    return Condition(
        name=DIVERGED,
        severity="critical",
        bad=True,
        clear=False,
        sentence=f"training diverged: {bad} of {count} samples hold values that are not finite",
        advice=ADVICE,
        evidence={"samples": float(bad)},
        pace="proof",
    )
