"""Which alarm is the verdict, what that is worth to a script, and why a run has none.

What was not looked at is never sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from latentop.engine.run.facts import RunFacts

SEVEREST = ("diverged", "exploding", "collapsed")
"""Which of several critical alarms is the verdict: the first of these, else the oldest."""
NOTHING_CRITICAL = ("warning", "unknown", "healthy")
"""The verdicts that are no critical alarm, the worst first."""
RAN_AWAY = frozenset({"diverged", "exploding"})
LEAST_STEPS = 100
"""Steps whose numbers must have been read before a run is called healthy: the medians and means of the watch
run over a hundred steps and more, and whatever fails within the first few has not failed yet."""
_LOOKED_AT = {
    "collapsed": "its samples",
    "over-fitting": "its error on held-out data",
    "posterior-collapse": "whether its codings tell anything",
}
"""What each alarm looks at, of those that a healthy run takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Why something was not judged, and what makes it possible (empty: nothing but time).

    ``lasting`` says that no more training changes it.
    """

    why: str
    advice: str = ""
    lasting: bool = False


IN_LINE = Unjudged(why="its turn has not come")


def verdict_of(standing: Mapping[str, str]) -> str | None:
    """The verdict by the severities of the alarms that stand, oldest first; None where none does."""
    critical = [name for name, severity in standing.items() if severity == "critical"]
    severest = next((name for name in (*SEVEREST, *critical) if name in critical), None)
    return severest or ("warning" if standing else None)


def rank(verdict: str) -> int:
    """0 for a critical alarm, and the more the better a verdict is."""
    return NOTHING_CRITICAL.index(verdict) + 1 if verdict in NOTHING_CRITICAL else 0


def exit_code(verdict: str) -> int:
    """0: nothing critical stands; 3: the numbers ran away; 4: another critical alarm, such as a collapse."""
    if verdict in NOTHING_CRITICAL:
        return 0
    return 3 if verdict in RAN_AWAY else 4


def unjudged(facts: RunFacts, *, alive: bool) -> Unjudged | None:
    """Why the run was not judged, or its samples alone, where a warning is all that is known of them.

    None where it was, and where a critical alarm stands: that is judgement enough.
    """
    if facts.verdict not in ("unknown", "warning"):
        return None
    if _in_line(facts, alive=alive):
        return IN_LINE
    if (samples := unjudged_samples(facts, alive=alive)) is not None:
        return samples
    if facts.verdict != "unknown":
        return None
    if facts.watches and facts.kind != "gan":
        why = facts.unmeasured or "a log alone never shows that all is well"
        return Unjudged(why=why, advice=facts.unmeasured_hint, lasting=True)
    if facts.step - facts.parent_step < LEAST_STEPS:
        return Unjudged(why=f"it takes the numbers of {LEAST_STEPS} steps", advice=_longer(facts, alive))
    if missing := [_LOOKED_AT[name] for name in facts.awaited or () if name in _LOOKED_AT]:
        ended = "judged yet" if alive else "judged before it ended"
        return Unjudged(why=f"{' and '.join(missing)} could not be {ended}", advice=_longer(facts, alive))
    return Unjudged(why="too little was read so far" if alive else "too little was read before it ended")


def unjudged_samples(facts: RunFacts, *, alive: bool) -> Unjudged | None:
    """Why the diversity of a GAN's samples was not judged; None where it was, and where nobody expects it."""
    if facts.kind != "gan":
        return None
    if not facts.metered:
        why = facts.unmeasured or "diversity was not measured"
        return Unjudged(why=why, advice=facts.unmeasured_hint, lasting=True)
    judged = facts.verdict != "unknown" if facts.awaited is None else "collapsed" not in facts.awaited
    if judged:
        return None
    if _in_line(facts, alive=alive):
        return IN_LINE
    if not (facts.modes or facts.diversity_chance):
        now = "real data are measured first, which takes seconds"
        now = "the first sheet of samples is waited for" if facts.watches else now
        ended = "it ended before samples were measured"
        return Unjudged(why=now if alive else ended, advice=_longer(facts, alive))
    now = "samples are judged once they are good and diverse, or get no better"
    ended = "its samples were not good and diverse for long enough to be judged"
    return Unjudged(why=now if alive else ended, advice=_longer(facts, alive))


def _in_line(facts: RunFacts, *, alive: bool) -> bool:
    """Whether nothing was trained, and only its turn is waited for."""
    return alive and facts.state == "queued" and facts.step == 0


def _longer(facts: RunFacts, alive: bool) -> str:
    """Nothing for a run that never began, nor where a failure or a critical verdict is to be mended first."""
    mend = facts.state == "failed" or facts.verdict not in NOTHING_CRITICAL
    return "" if alive or mend or not facts.step else "train longer"
