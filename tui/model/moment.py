"""A run as it was at an earlier step: a state like any other, so that whatever shows one shows the other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from latentop.engine.run.events import Frame, Mark
from latentop.engine.run.store.bins import until
from latentop.engine.run.store.reader import Alarm
from latentop.engine.run.verdicts import NOTHING_CRITICAL, verdict_of
from latentop.tui.model import alarm_text
from latentop.tui.model.state import State

VERDICT = "verdict"
"""The kind of the marks that say what the verdict was from a step on."""


SILENT = frozenset({"data"})
"""Kinds of marks that are nothing to go to: they tell of the whole run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that can be gone to: a mark, an alarm that was raised or cleared, a good state."""

    step: int
    text: str
    kind: str
    """That of the mark; ``critical``, ``warning`` or ``cleared`` of an alarm; ``good`` of a state kept."""
    wall: float | None = None
    """When, in seconds since the epoch; None where it was not recorded."""
    sentence: str = ""
    """All that an alarm said."""


def happenings(state: State) -> tuple[Happening, ...]:
    """All that happened, in the order of steps."""
    found = [
        Happening(step=mark.step, text=_told(mark), kind=mark.kind, wall=mark.wall)
        for mark in state.marks
        if mark.kind not in SILENT
    ]
    # A warning that became critical is cleared at the step that raises it as that: it is not over.
    grown = {(alarm.name, alarm.raised_step) for alarm in state.alarms if alarm.severity == "critical"}
    for alarm in state.alarms:
        found.append(
            Happening(
                step=alarm.began,
                text=f"{alarm_text.title(alarm)} began",
                kind=alarm.severity,
                wall=alarm.raised_wall if alarm.began == alarm.raised_step else None,
                sentence=alarm_text.in_full(alarm),
            )
        )
        if alarm.cleared_step is not None and (alarm.name, alarm.cleared_step) not in grown:
            found.append(Happening(step=alarm.cleared_step, text=f"{alarm.name} cleared", kind="cleared"))
    for one in state.facts.snapshots if state.liveness.alive else ():  # its worker keeps them in memory
        if one.step and one.verdict in NOTHING_CRITICAL:
            found.append(Happening(step=one.step, text="good state kept", kind="good", wall=one.wall))
    return tuple(sorted(found, key=lambda one: one.step))


def neighbour(state: State, step: int, forward: bool) -> Happening | None:
    """The next thing that happened after a step, or the last one before it."""
    if forward:
        return next((one for one in happenings(state) if one.step > step), None)
    return next((one for one in reversed(happenings(state)) if one.step < step), None)


def at(state: State, step: int, frames: Mapping[str, Frame]) -> State:
    """The state at a step, given the frames that were current then.

    Values and marks up to the step, alarms as they stood, the verdict of then; how the worker is, and what
    can be changed, is that of now.
    """
    marks = tuple(mark for mark in state.marks if mark.step <= step)
    alarms = tuple(_then(alarm, step) for alarm in state.alarms if alarm.raised_step <= step)
    verdicts = [mark.text for mark in marks if mark.kind == VERDICT]
    verdict = verdicts[-1] if verdicts else _worst(alarms)
    snapshots = tuple(one for one in state.facts.snapshots if one.step <= step)
    facts = replace(state.facts, step=step, verdict=verdict, awaited=None, snapshots=snapshots)
    cut = ((name, until(bins, step)) for name, bins in state.series.items())
    return replace(
        state,
        facts=facts,
        series={name: bins for name, bins in cut if len(bins)},
        frames=frames,
        marks=marks,
        alarms=alarms,
    )


def _told(mark: Mark) -> str:
    return mark.text if mark.text.startswith(mark.kind) else f"{mark.kind} {mark.text}".rstrip()


def _then(alarm: Alarm, step: int) -> Alarm:
    cleared = alarm.cleared_step
    return alarm if cleared is None or cleared <= step else replace(alarm, cleared_step=None)


def _worst(alarms: tuple[Alarm, ...]) -> str:
    """What can be told of a run that recorded no verdicts: the worst alarm that stood."""
    standing = {alarm.name: alarm.severity for alarm in alarms if alarm.cleared_step is None}
    return verdict_of(standing) or "unknown"
