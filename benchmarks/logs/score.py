"""Recall, precision, false alarms and lead of claims about logs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.logs.judge import Claim, Judged
from benchmarks.logs.truth import Truth

Claims = Callable[[Judged], Sequence[Claim]]


@dataclass(frozen=True, slots=True)
class Case:
    """A log that was judged, with the family of its losses, what is true, and whether it shows in them."""

    judged: Judged
    family: str
    truth: Truth
    shows: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Of some logs: failures that show in losses, and how many of them were caught; of all failures, too;
    healthy logs, and in how many an alarm was raised. ``before`` of ``damaged`` were told before the damage;
    ``lead`` is the median of steps from the alarm to it."""

    shown: int
    shown_caught: int
    failed: int
    caught: int
    healthy: int
    false: int
    damaged: int
    before: int
    lead: float

    @property
    def recall(self) -> float:
        """Of failures that show in losses."""
        return self.shown_caught / self.shown if self.shown else float("nan")

    @property
    def precision(self) -> float:
        """Of alarms."""
        raised = self.caught + self.false
        return self.caught / raised if raised else float("nan")


def score(cases: Iterable[Case], claims: Claims) -> Score:
    """How these claims do; trainings of which nothing clear is true count for nothing."""
    cases = list(cases)
    failed = [one for one in cases if one.truth.kind == "failed"]
    healthy = [one for one in cases if one.truth.kind == "healthy"]
    shown = [one for one in failed if one.shows]
    caught = [one for one in failed if claims(one.judged)]
    leads = [one.truth.damage - claims(one.judged)[0].step for one in caught if one.truth.damage is not None]
    return Score(
        shown=len(shown),
        shown_caught=sum(bool(claims(one.judged)) for one in shown),
        failed=len(failed),
        caught=len(caught),
        healthy=len(healthy),
        false=sum(bool(claims(one.judged)) for one in healthy),
        damaged=len(leads),
        before=sum(lead > 0 for lead in leads),
        lead=float(np.median(leads)) if leads else float("nan"),
    )


def earlier(cases: Iterable[Case]) -> float:
    """Median of the steps by which the rules tell a failure before the naive rule does; NaN where no failure
    was told by both."""
    both = [
        one.judged for one in cases if one.truth.kind == "failed" and one.judged.claims and one.judged.naive
    ]
    return (
        float(np.median([one.naive[0].step - one.claims[0].step for one in both])) if both else float("nan")
    )


def rules(judged: Judged) -> Sequence[Claim]:
    """What the rules said."""
    return judged.claims


def naive(judged: Judged) -> Sequence[Claim]:
    """What the naive rule said."""
    return judged.naive
