"""What went wrong when: rules on losses over somebody's log, the detectors of training over a run of ours."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from latentop.engine.external.logs.log import Log, blocks, carried
from latentop.engine.external.loss_rules.generator_nats import NAME as RUNAWAY
from latentop.engine.external.loss_rules.generator_wins import NAME as FOOLED
from latentop.engine.external.loss_rules.level_break import NAME as BREAK
from latentop.engine.external.loss_rules.loss_explosion import NAME as EXPLODING
from latentop.engine.external.loss_rules.loss_watch import EPOCH, LossWatch, Rows
from latentop.engine.run.diagnosis import Finding
from latentop.engine.run.events import AlarmCleared, AlarmRaised
from latentop.engine.watch.signals.stability import Stability
from latentop.engine.watch.verdict.alarms import Alarms, Verdict
from latentop.presets.watch import DEFAULTS

LARGE = frozenset({FOOLED, RUNAWAY})
LOOK_ROWS = 20
"""Rows of a run that its detectors see at one look; training looks about once a second."""


def of_log(log: Log) -> tuple[list[Finding], Verdict]:
    """What is raised and cleared over the whole log, oldest first, and the verdict at its end.

    That is never ``healthy``: samples have not been judged.
    """
    watch = LossWatch()
    watch.steps_a_count = EPOCH if log.epochs else 1
    events = watch.observe({one.name: Rows(one.steps, one.values) for one in log.series}) + watch.end()
    return _findings(events), watch.verdict


def of_run(log: Log) -> list[Finding]:
    """The same over the series of a run of ours, as its training would have looked at them."""
    stability = Stability()
    alarms = Alarms(patience=DEFAULTS.patience)
    events: list[AlarmRaised | AlarmCleared] = []
    for steps, values in blocks(carried(log), LOOK_ROWS) if log.series else ():
        events += alarms.update(stability.observe(steps, values), step=int(steps[-1]), wall=0.0)
    return _findings(events)


def _findings(events: Iterable[AlarmRaised | AlarmCleared]) -> list[Finding]:
    found: list[Finding] = []
    raised: dict[str, int] = {}
    """Of every alarm that is on, the step of the look that raised it."""
    for event in events:
        match event:
            case AlarmRaised():
                found = [one for one in found if not _grew(one, event)]
                found.append(_raised(event))
                raised[event.name] = event.step
            case AlarmCleared():
                raised.pop(event.name, None)
                told = is_told_by(event.name, event.step, raised)
                found = [
                    _cleared(one, event)
                    for one in found
                    if not (told and one.name == event.name and one.cleared_step is None)
                ]
    return sorted(found, key=lambda one: one.raised_step)


def is_told_by(name: str, cleared: int, standing: Mapping[str, int]) -> bool:
    """Whether an alarm that was cleared at a step is what another one tells that stands, by its step.

    Large losses that go on to explode are that explosion; a break is what the alarm says that explains it.
    """
    if name in LARGE:
        return EXPLODING in standing
    return name == BREAK and cleared in standing.values()


def _raised(event: AlarmRaised) -> Finding:
    return Finding(
        name=event.name,
        severity=event.severity,
        raised_step=int(event.evidence.get("since", event.step)),
        cleared_step=None,
        sentence=event.sentence,
        advice=event.advice,
        evidence=event.evidence,
        recorded=False,
    )


def _grew(one: Finding, event: AlarmRaised) -> bool:
    """Whether a warning became this alarm, which tells it all."""
    return one.name == event.name and event.severity == "critical" and one.cleared_step == event.step


def _cleared(one: Finding, event: AlarmCleared) -> Finding:
    over = one.name == event.name and one.cleared_step is None
    return replace(one, cleared_step=event.step) if over else one
