"""The detectors over a log: from its beginning, a few rows at a time, as they look in training."""

from dataclasses import replace

from engine.diagnose.log import Log, blocks
from engine.run.diagnosis import Finding
from engine.run.events import AlarmCleared, AlarmRaised
from engine.watch.alarms import Alarms, Verdict
from engine.watch.stability import Stability
from presets.watching import DEFAULTS

LOOK_ROWS = 20
"""Rows that the detectors see at one look; training looks about once a second."""


def detect(log: Log) -> tuple[list[Finding], Verdict]:
    """What is raised and cleared over the whole log, oldest first, and the verdict at its end.

    That is never ``healthy``: samples have not been judged.
    """
    stability = Stability()
    alarms = Alarms(patience=DEFAULTS.patience, awaits=("collapsed",))
    found: list[Finding] = []
    for steps, values in blocks(log, LOOK_ROWS):
        for event in alarms.update(stability.observe(steps, values), step=int(steps[-1]), wall=0.0):
            match event:
                case AlarmRaised():
                    found.append(_raised(event))
                case AlarmCleared():
                    found = [_cleared(one, event) for one in found]
    return sorted(found, key=lambda one: one.raised_step), alarms.verdict


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


def _cleared(one: Finding, event: AlarmCleared) -> Finding:
    over = one.name == event.name and one.cleared_step is None
    return replace(one, cleared_step=event.step) if over else one
