"""From conditions to alarms: a condition must hold for a while to raise one, and be well over to clear it.

``Condition`` is what a detector says at one look. ``Alarms`` remembers, and says when that has become news.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from engine.run.events import AlarmCleared, AlarmRaised, Severity

Verdict = str
"""``unknown``, ``healthy``, ``warning``, or the name of the critical alarm that is on."""

SEVEREST = ("diverged", "exploding", "collapsed")
"""Which of several critical alarms is the verdict: the first of these, else the oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a detector saw at one look: ``bad`` beyond the alarm's threshold, ``clear`` beyond the other one.

    Neither means between the thresholds, where nothing changes. ``sentence`` says what is wrong, with
    numbers; ``advice`` what to try; ``evidence`` holds finite numbers. ``pace`` says whether it takes several
    looks in a row (``held``), or one look is proof (``proof``), since it looked at many steps already.
    ``since`` is the step at which it began, where the detector knows better than the step of the look. Where
    it is too early to be ``settled``, a look may raise an alarm, but is no reason to call the run healthy.
    """

    name: str
    severity: Severity
    bad: bool
    clear: bool
    sentence: str
    advice: str
    evidence: Mapping[str, float] = field(default_factory=dict)
    pace: Literal["held", "proof"] = "held"
    since: int | None = None
    settled: bool = True


@dataclass(slots=True, kw_only=True)
class _Memory:
    """What is remembered of one name: bad and clear in a row, since when bad, whether the alarm is on.

    ``judged`` is False while a first run of bad looks may still become an alarm: that is not yet healthy.
    """

    bad: int = 0
    clear: int = 0
    since: int = 0
    on: Severity | None = None
    judged: bool = False


class Alarms:
    """The alarms of a run: patience before raising and before clearing, hysteresis between.

    ``awaits`` names the conditions that must have been judged before the run may be called healthy.
    """

    def __init__(self, *, patience: int, awaits: Iterable[str] = ()) -> None:
        self._patience = patience
        self._awaits = set(awaits)
        self._known: dict[str, _Memory] = {}

    @property
    def verdict(self) -> Verdict:
        """The run in one word: the severest critical alarm, as ``SEVEREST`` has them, over warning."""
        on = {name: memory.on for name, memory in self._known.items() if memory.on}
        critical = [name for name, severity in on.items() if severity == "critical"]
        for name in (*SEVEREST, *critical):
            if name in critical:
                return name
        if on:
            return "warning"
        judged = {name for name, memory in self._known.items() if memory.judged}
        return "healthy" if judged and self._awaits <= judged else "unknown"

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the alarms that are on, oldest first."""
        names = [name for name, memory in self._known.items() if memory.on]
        return tuple(sorted(names, key=lambda name: self._known[name].since))

    @property
    def since(self) -> int | None:
        """The step at which the alarm that is the verdict began; None where the verdict is no alarm."""
        memory = self._known.get(self.verdict)
        return memory.since if memory and memory.on else None

    def update(
        self, conditions: Iterable[Condition], *, step: int, wall: float
    ) -> list[AlarmRaised | AlarmCleared]:
        """The alarms that these conditions raise or clear at this step: often none."""
        events: list[AlarmRaised | AlarmCleared] = []
        for condition in conditions:
            memory = self._known.setdefault(condition.name, _Memory())
            patience = 1 if condition.pace == "proof" else self._patience
            if condition.bad and not memory.bad and not memory.on:
                memory.since = step if condition.since is None else condition.since
            memory.bad = memory.bad + 1 if condition.bad else 0
            memory.clear = memory.clear + 1 if condition.clear and not condition.bad else 0
            memory.judged = memory.judged or (condition.settled and not condition.bad)
            if not memory.on and memory.bad >= patience:
                memory.on, memory.judged = condition.severity, True
                events.append(_raised(condition, memory.since, step, wall))
            elif memory.on and memory.clear >= patience:
                memory.on = None
                events.append(AlarmCleared(name=condition.name, step=step, wall=wall))
        return events

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {name: asdict(memory) for name, memory in self._known.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``: alarms that are on stay on, without being raised again."""
        self._known = {name: _Memory(**memory) for name, memory in state.items()}


def _raised(condition: Condition, since: int, step: int, wall: float) -> AlarmRaised:
    return AlarmRaised(
        name=condition.name,
        severity=condition.severity,
        step=step,
        wall=wall,
        sentence=f"{condition.sentence} · since step {spaced(since)}",
        advice=condition.advice,
        evidence={**condition.evidence, "since": float(since)},
    )


def spaced(number: int) -> str:
    """A whole number with its thousands apart: ``3 900``."""
    return f"{number:,}".replace(",", " ")
