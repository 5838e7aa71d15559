"""Values that are not finite: which column, from which row, and whether the others are numbers still."""

from dataclasses import dataclass

import numpy as np

from latentop.engine.run.store.bins import Floats, Ints
from latentop.engine.watch.signals.non_finite import ADVICE, DIVERGED, FINITE_AGAIN
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.wording import listed, spaced

FAMILIES = ("loss/", "grad/", "score/", "valid/", "kl/")
"""How the series begin whose values must be finite: a garbage measure of samples is no divergence."""


@dataclass(slots=True)
class _Memory:
    """Of one series: where its newest stretch of values that aren't finite began, and how it went on.

    ``finite`` counts its values since the last that was not finite.
    """

    first: int = -1
    kind: str = ""
    bad: int = 0
    finite: int = 0


class NonFiniteLosses:
    """Rows of series to the condition ``diverged`` (critical)."""

    def __init__(self) -> None:
        self._known: dict[str, _Memory] = {}

    def judge(self, name: str, steps: Ints, values: Floats) -> None:
        """Hear of the newest values ``(n,)`` of a series."""
        if not name.startswith(FAMILIES):
            return
        memory = self._known.setdefault(name, _Memory())
        bad = np.flatnonzero(~np.isfinite(values))
        if not len(bad):
            memory.finite += len(values)
            return
        if not memory.bad or memory.finite + int(bad[0]) >= FINITE_AGAIN:
            memory.first, memory.bad = int(steps[bad[0]]), 0
            memory.kind = "not a number" if np.isnan(values[bad[0]]) else "infinite"
        memory.bad += len(bad)
        memory.finite = len(values) - 1 - int(bad[-1])

    def condition(self) -> Condition:
        """What all of them say."""
        found = {name: one for name, one in self._known.items() if one.bad and one.finite < FINITE_AGAIN}
        sentence, evidence, since = "", {}, None
        if found:
            name = min(found, key=lambda series: found[series].first)
            one, since = found[name], found[name].first
            sentence = f"training diverged: {name} is {one.kind} at step {spaced(since)}"
            if one.finite:
                sentence += f", in {spaced(one.bad)} rows since, and a number again now"
            if others := [other for other in found if other != name]:
                sentence += f", and so {'is' if len(others) == 1 else 'are'} {listed(others)}"
            elif sound := [other for other in self._known if other not in found]:
                sentence += f"; {listed(sound)} {'is a number' if len(sound) == 1 else 'are numbers'} still"
            evidence = {"step": float(since), "series": float(len(found)), "rows": float(one.bad)}
        return Condition(
            name=DIVERGED,
            severity="critical",
            bad=bool(found),
            clear=not found,
            sentence=sentence,
            advice=ADVICE,
            evidence=evidence,
            pace="proof",
            since=since,
        )

    def back_to(self, step: int) -> None:
        """Forget what was not finite at this step or later."""
        self._known = {name: one for name, one in self._known.items() if one.first < step}
