"""From conditions to alarms: a condition must hold for a while to raise one, and be well over to clear it.

``Condition`` is what a detector says at one look. ``Alarms`` remembers, and says when that has become news.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from latentop.engine.run.events import AlarmCleared, AlarmRaised, Severity
from latentop.engine.run.verdicts import LEAST_STEPS, verdict_of
from latentop.presets.wording import spaced

Verdict = str
"""``unknown``, ``healthy``, ``warning``, or the name of the critical alarm that is on."""


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


def merged(conditions: Iterable[Condition]) -> list[Condition]:
    """One condition for each alarm, of several the severest that is bad; clear where all are."""
    found: dict[str, Condition] = {}
    for one in conditions:
        other = found.get(one.name)
        if other is None:
            found[one.name] = one
            continue
        worse = max(other, one, key=lambda each: (each.bad, each.severity == "critical"))
        found[one.name] = replace(worse, clear=one.clear and other.clear)
    return list(found.values())


@dataclass(slots=True, kw_only=True)
class _Memory:
    """What is remembered of one name: bad and clear in a row, since when bad, whether the alarm is on.

    ``critical`` counts the bad looks in a row of that severity.

    ``judged`` is False while a first run of bad looks may still become an alarm: that is not yet healthy.
    """

    bad: int = 0
    critical: int = 0
    clear: int = 0
    since: int = 0
    on: Severity | None = None
    judged: bool = False


class Alarms:
    """The alarms of a run: patience before raising and before clearing, hysteresis between.

    The run may be called healthy once the numbers of ``LEAST_STEPS`` steps were ``read`` and the conditions
    that ``awaits`` names were judged.
    """

    def __init__(self, *, patience: int, awaits: Iterable[str] = ()) -> None:
        self._patience = patience
        self._awaits = set(awaits)
        self._known: dict[str, _Memory] = {}
        self._read = 0

    @property
    def verdict(self) -> Verdict:
        """The run in one word: the severest critical alarm, as ``verdict_of`` has them, over warning."""
        on = {name: memory.on for name, memory in self._known.items() if memory.on}
        sound = self._read >= LEAST_STEPS and not self.awaited
        return verdict_of(on) or ("healthy" if sound else "unknown")

    @property
    def standing(self) -> frozenset[str]:
        """Names of the alarms that are on."""
        return frozenset(name for name, memory in self._known.items() if memory.on)

    @property
    def awaited(self) -> tuple[str, ...]:
        """Names of the conditions that must still be judged before the run may be called healthy."""
        judged = {name for name, memory in self._known.items() if memory.judged}
        return tuple(sorted(self._awaits - judged))

    @property
    def since(self) -> int | None:
        """The first step at which an alarm that stands began; None where none does."""
        return min((memory.since for memory in self._known.values() if memory.on), default=None)

    def stand(self, name: str, severity: Severity, since: int) -> None:
        """Have that alarm be on, as it has been since that step, without raising it."""
        self._known[name] = _Memory(since=since, on=severity, bad=1)

    def read(self, steps: int) -> None:
        """Count so many steps more whose numbers were read."""
        self._read += steps

    def forget(self, name: str) -> None:
        """Have that alarm be off, as if it never was on."""
        self._known.pop(name, None)

    def forget_judgement(self, name: str) -> None:
        """Have that condition judged again before the run may be called healthy."""
        if name in self._known:
            self._known[name].judged = False

    def update(
        self, conditions: Iterable[Condition], *, step: int, wall: float
    ) -> list[AlarmRaised | AlarmCleared]:
        """The alarms that these conditions raise or clear at this step: often none.

        A warning that becomes critical is cleared, and raised as that.
        """
        events: list[AlarmRaised | AlarmCleared] = []
        for condition in conditions:
            memory = self._known.setdefault(condition.name, _Memory())
            patience = 1 if condition.pace == "proof" else self._patience
            if condition.bad and not memory.bad and not memory.on:
                memory.since = step if condition.since is None else condition.since
            memory.bad = memory.bad + 1 if condition.bad else 0
            critical = condition.bad and condition.severity == "critical"
            memory.critical = memory.critical + 1 if critical else 0
            memory.clear = memory.clear + 1 if condition.clear and not condition.bad else 0
            memory.judged = memory.judged or (condition.settled and not condition.bad)
            if memory.on == "warning" and memory.critical >= patience:
                memory.on = None
                events.append(AlarmCleared(name=condition.name, step=step, wall=wall))
            if not memory.on and memory.bad >= patience:
                memory.on, memory.judged = condition.severity, memory.judged or condition.settled
                events.append(_raised(condition, memory.since, step, wall))
            elif memory.on and memory.clear >= patience:
                memory.on = None
                events.append(AlarmCleared(name=condition.name, step=step, wall=wall))
        return events

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        known = {name: asdict(memory) for name, memory in self._known.items()}
        return {"read": self._read, "known": known}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``: alarms that are on stay on, without being raised again."""
        known = state.get("known", state)  # older checkpoints hold nothing else, and have read enough
        self._read = state.get("read", LEAST_STEPS)
        self._known = {name: _Memory(**memory) for name, memory in known.items()}


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
