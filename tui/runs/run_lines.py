"""A run told in plain words, for cron, Slurm, CI, pipes and screen readers: when something is said.

A pure fold: from batches to what to say. How it is said is in ``latentop.tui.model.event_text``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import SILENT_SECONDS, Liveness
from latentop.engine.run.store.reader import Alarm, Batch
from latentop.tui.model import event_text, judgement, report
from latentop.tui.model.event_text import Bad, Said
from latentop.tui.model.number_text import spaced
from latentop.tui.model.state import State, apply, judged

SHORTEST_GAP, LONGEST_GAP = 5.0, 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSoFar:
    """What has been said so far. What happened before ``since`` (seconds since the epoch) is history.

    Alarms are known by id and time, for an id is used again once training went back before its alarm.
    """

    run: str
    since: float
    every: float | None = None
    """Seconds between reports; None lets them grow rarer as the run goes on, from ``shortest`` on."""
    shortest: float = SHORTEST_GAP
    state: State | None = None
    seen: tuple[str, str] = ("", "")
    trained: bool = False
    verdict: str | None = None
    unjudged: str = ""
    """Why it is not judged, as it was said last."""
    alarms: Mapping[tuple[int, float], bool] = field(default_factory=dict)
    """The alarms of the last batch, and whether each stands."""
    bad: Mapping[str, int] = field(default_factory=dict)
    """The series that were said to hold a value that is not finite, and at which step first."""
    refused: int = 0
    """The newest command that was refused."""
    marked: float = 0.0
    step: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    """Each series' value as it was said last."""
    next_report: float = 0.0
    quiet_from: float = SILENT_SECONDS
    """Seconds of silence, or without a step, after which that is said next."""


def tell(
    told: SaidSoFar, batch: Batch | None, liveness: Liveness, now: float
) -> tuple[SaidSoFar, tuple[Said, ...]]:
    """What to say now, given what is new in the run (None: nothing) and its true state."""
    said: list[Said] = []
    if batch is not None:
        if told.state is None:
            said.append(event_text.opening(told.run, batch.facts, liveness, now))
        told = replace(told, state=apply(told.state or State(), batch))
    if told.state is None:
        return told, ()
    state = judged(told.state, liveness, now)
    facts = state.facts
    if text := _news_of_state(told, facts, liveness):
        said.append(event_text.stated(facts, liveness, text, now))
    told = replace(
        told,
        state=state,
        seen=(liveness.name, liveness.detail),
        trained=told.trained or liveness.name not in ("", "queued", "starting"),
    )
    if batch is not None:
        told, happened = _happened(told, batch, now)
        said.extend(happened)
    if liveness.name == "running" and facts.step != told.step and now >= told.next_report and state.series:
        why = judgement.why_not(facts, alive=True)
        if why and why != told.unjudged:
            said.append(event_text.unjudged(facts, now))
        said.append(event_text.progressed(state, told.values, now))
        gap = told.every or min(max(facts.elapsed / 12, told.shortest), LONGEST_GAP)
        told = replace(told, step=facts.step, next_report=now + gap, values=report.said_values(state))
        told = replace(told, unjudged=why)
    if liveness.quiet > told.quiet_from:
        said.append(event_text.silent(facts, liveness, now))
        told = replace(told, quiet_from=2 * liveness.quiet)
    elif not liveness.quiet:
        told = replace(told, quiet_from=SILENT_SECONDS)
    return told, tuple(said)


def tell_end(told: SaidSoFar, liveness: Liveness, now: float) -> Said:
    """The last words about a run that ended, was left, or can't go on."""
    return event_text.ended(replace(told.state or State(), liveness=liveness), now)


def _news_of_state(told: SaidSoFar, facts: RunFacts, liveness: Liveness) -> str:
    """What no mark tells: where a person or a signal pauses or stops a run, a mark says so."""
    if (liveness.name, liveness.detail) == told.seen:
        return ""
    detail = f": {liveness.detail}" if liveness.detail else ""
    match liveness.name:
        case "queued" | "starting" | "stopping" if detail:
            return f"{liveness.name}{detail}"
        case "running" if liveness.watched and not told.trained:
            return f"watching {facts.watches}" if not liveness.detail else liveness.detail
        case "running" if not told.trained:
            where = f"training on {facts.device}" if facts.device else "training"
            return f"{where}, {facts.data}" if facts.data else where
        case "paused" if detail or not told.trained:
            return f"paused at step {spaced(facts.step)}{detail}"
    return ""


def _happened(told: SaidSoFar, batch: Batch, now: float) -> tuple[SaidSoFar, list[Said]]:
    """What a batch brings: alarms, values that are not finite, marks, refusals, another verdict."""
    known = {name: step for name, step in told.bad.items() if not batch.fresh or step <= batch.facts.step}
    bad = [one for one in _bad(batch, told.since) if one.series not in known]
    refused = [one for one in batch.commands if one.state == "refused" and one.id > told.refused]
    marks = [mark for mark in batch.marks if mark.kind != "verdict"]  # the facts tell that, of any run
    happened = [
        *(event_text.marked(mark) for mark in marks if mark.wall > max(told.since, told.marked)),
        *(event_text.refused(one, now) for one in refused if one.asked_wall > told.since),
        *_of_alarms(told, batch.alarms, now),
        *([event_text.not_finite(bad)] if bad else []),
    ]
    happened.sort(key=lambda one: one.wall)
    if told.verdict is not None and told.verdict != batch.facts.verdict:
        happened.append(event_text.verdict(told.verdict, batch.facts, now))
    told = replace(
        told,
        verdict=batch.facts.verdict,
        bad={**known, **{one.series: one.step for one in bad}},
        refused=max([told.refused, *(one.id for one in refused)]),
        marked=max([told.marked, *(mark.wall for mark in batch.marks)]),
        alarms={_key(alarm): alarm.cleared_step is None for alarm in batch.alarms},
    )
    return told, happened


def _bad(batch: Batch, since: float) -> Iterator[Bad]:
    """The series that hold values that are not finite."""
    for name, bins in batch.bins.items():
        wrong = (bins.bad > 0) & (bins.wall > since)
        if wrong.any():
            first = int(wrong.argmax())
            yield Bad(
                series=name,
                step=int(bins.step[first]),
                wall=float(bins.wall[first]),
                count=int(bins.bad[wrong].sum()),
            )


def _of_alarms(told: SaidSoFar, alarms: tuple[Alarm, ...], now: float) -> Iterator[Said]:
    """What changed: raised, cleared, or both since the last look. Going back may make one stand again.

    A warning that became critical, and so was raised again at once, is not over.
    """
    standing = sum(alarm.cleared_step is None for alarm in alarms)
    raised = {(alarm.name, alarm.raised_step) for alarm in alarms}
    for alarm in alarms:
        stands, stood = alarm.cleared_step is None, told.alarms.get(_key(alarm))
        news = stood is None and (stands or alarm.raised_wall > told.since)
        if news or (stands and stood is False):
            yield event_text.raised(alarm, standing)
        if alarm.cleared_step is None or (alarm.name, alarm.cleared_step) in raised:
            continue
        if news or stood:
            yield event_text.cleared(alarm, alarm.cleared_step, standing, now)


def _key(alarm: Alarm) -> tuple[int, float]:
    return alarm.id, alarm.raised_wall
