"""From alarms and labels to figures: precision, recall, lead before the damage, confusion, false alarms."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.alarms.label import Label
from benchmarks.alarms.replay import Alarm
from benchmarks.alarms.trace import Trace

FAMILY = {
    "collapsed": "collapse",
    "cycling": "collapse",
    "diverged": "divergence",
    "exploding": "divergence",
    "memorising": "memorising",
    "over-fitting": "over-fitting",
    "posterior-collapse": "posterior-collapse",
    "dead-codings": "posterior-collapse",
    "oscillation": "oscillation",
    "naive-nan": "divergence",
    "naive-losses": "collapse",
}
"""Which kind of failure an alarm claims; the others (lost-modes, oscillation …) are early signs."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run: its trace, what was true of it, and what was said."""

    trace: Trace
    label: Label
    alarms: Sequence[Alarm]

    @property
    def claims(self) -> dict[str, int]:
        """Kinds of failure that were claimed, with the step of the first alarm of each."""
        claimed: dict[str, int] = {}
        for alarm in self.alarms:
            if alarm.name in FAMILY:
                claimed.setdefault(FAMILY[alarm.name], alarm.step)
        return claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one kind of failure. Of the ``caught`` some were ``damaged``, since they had something to lose; of
    these so many were told ``before``. Medians: ``lead`` in steps, ``share`` of the way from onset to damage.
    """

    kind: str
    cases: int
    caught: int
    false: int
    damaged: int
    before: int
    lead: float
    share: float

    @property
    def recall(self) -> float:
        """Share of the cases that were caught; NaN where there are none."""
        return self.caught / self.cases if self.cases else float("nan")

    @property
    def precision(self) -> float:
        """Share of the claims that were true; NaN where nothing was claimed."""
        claims = self.caught + self.false
        return self.caught / claims if claims else float("nan")


def score(kind: str, cases: Iterable[Case]) -> Score:
    """How well one kind of failure was told. Cases whose truth is unclear count for nothing."""
    clear = [case for case in cases if case.label.kind != "unclear"]
    true = [case for case in clear if case.label.kind == kind]
    hits = [case for case in true if kind in case.claims]
    damaged = [(case, case.label.damage) for case in hits if case.label.damage is not None]
    leads = [damage - case.claims[kind] for case, damage in damaged]
    ways = [max(damage - (case.label.onset or 0), 1) for case, damage in damaged]
    return Score(
        kind=kind,
        cases=len(true),
        caught=len(hits),
        false=sum(kind in case.claims for case in clear if case.label.kind != kind),
        damaged=len(damaged),
        before=sum(lead > 0 for lead in leads),
        lead=float(np.median(leads)) if leads else float("nan"),
        share=float(np.median([lead / way for lead, way in zip(leads, ways, strict=True)]))
        if leads
        else float("nan"),
    )


def confusion(cases: Iterable[Case]) -> Counter[tuple[str, str]]:
    """How often each truth met each first alarm (of any name; ``none`` where nothing was said)."""
    return Counter((case.label.kind, case.alarms[0].name if case.alarms else "none") for case in cases)


def false_alarms(cases: Iterable[Case], counts: Callable[[Alarm], bool]) -> tuple[int, int]:
    """Alarms on healthy runs, and the checks that could have raised them: looks at losses and at samples."""
    healthy = [case for case in cases if case.label.kind == "healthy"]
    looks = sum(round(case.trace.steps / case.trace.speed) + len(case.trace.readings) for case in healthy)
    return sum(counts(alarm) for case in healthy for alarm in case.alarms), looks
