"""From alarms and labels to figures: precision, recall, lead before the damage, confusion, false alarms."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from benchmarks.alarms.label import Kind, Label
from benchmarks.alarms.replay import Alarm
from benchmarks.alarms.run_trace import Trace

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
"""Which kind of failure an alarm claims; the others, such as lost-modes, are early signs of several."""

ANY = "any failure"
KINDS = (*(kind for kind in get_args(Kind) if kind not in ("healthy", "unclear")), ANY)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One run: its trace, what was true of it, and what was said."""

    trace: Trace
    label: Label
    alarms: Sequence[Alarm]

    def claimed(self, kind: str) -> int | None:
        """The step of the first alarm that claims this kind of failure, or ``ANY``; None where none does.

        Of a run that failed only what was still on when it began to counts.
        """
        onset = self.label.onset or 0
        claims = [
            alarm for alarm in self.alarms if kind in (FAMILY.get(alarm.name), ANY) and alarm.name in FAMILY
        ]
        return min((one.step for one in claims if one.cleared is None or one.cleared > onset), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one kind of failure. Of the ``caught`` some were ``damaged``, since they had something to lose; of
    these so many were told ``before``. Medians: ``lead`` in steps, ``share`` of the way from onset to damage,
    1 where it was told before the onset.
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
    """How well one kind of failure was told, or ``ANY``. Cases whose truth is unclear count for nothing."""
    clear = [case for case in cases if case.label.kind != "unclear"]
    true = [
        case for case in clear if kind == case.label.kind or (kind == ANY and case.label.kind != "healthy")
    ]
    told = {id(case): case.claimed(kind) for case in clear}
    hits = [case for case in true if told[id(case)] is not None]
    damaged = [(case, case.label.damage) for case in hits if case.label.damage is not None]
    leads = [damage - (told[id(case)] or 0) for case, damage in damaged]
    ways = [damage - (case.label.onset or 0) for case, damage in damaged]
    shares = [min(lead / way, 1.0) for lead, way in zip(leads, ways, strict=True) if way > 0]
    return Score(
        kind=kind,
        cases=len(true),
        caught=len(hits),
        false=sum(
            told[id(case)] is not None for case in clear if case not in true and kind not in case.label.also
        ),
        damaged=len(damaged),
        before=sum(lead > 0 for lead in leads),
        lead=float(np.median(leads)) if leads else float("nan"),
        share=float(np.median(shares)) if shares else float("nan"),
    )


def by_name(cases: Iterable[Case]) -> dict[str, Counter[str]]:
    """Of each alarm in how many runs it was raised, by what was true of them."""
    found: dict[str, Counter[str]] = {}
    for case in cases:
        for name in {alarm.name for alarm in case.alarms}:
            found.setdefault(name, Counter())[case.label.kind] += 1
    return found


def confusion(cases: Iterable[Case]) -> Counter[tuple[str, str]]:
    """How often each truth met each first alarm (of any name; ``none`` where nothing was said)."""
    return Counter((case.label.kind, case.alarms[0].name if case.alarms else "none") for case in cases)


def false_alarms(cases: Iterable[Case], counts: Callable[[Alarm], bool]) -> tuple[int, int]:
    """Alarms on healthy runs, and the checks that could have raised them: looks at losses and at samples."""
    healthy = [case for case in cases if case.label.kind == "healthy"]
    looks = sum(round(case.trace.steps / case.trace.speed) + len(case.trace.readings) for case in healthy)
    return sum(counts(alarm) for case in healthy for alarm in case.alarms), looks
