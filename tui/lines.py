"""A run told in plain sentences, for cron, Slurm, CI and pipes: a pure fold from batches to what to say."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.run.events import Mark
from engine.run.facts import RunFacts
from engine.run.liveness import SILENT_SECONDS, Liveness
from engine.run.reader import Alarm, Batch
from tui.commands.looking import last_values
from tui.commands.output import Tone
from tui.wording import duration, measured, progress, spaced

_SHORTEST_GAP, _LONGEST_GAP = 5.0, 300.0
_SHOWN = ("loss/", "valid/", "diversity/coverage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence, and the same for programs: ``kind`` and ``fields`` become one JSON object."""

    kind: str
    step: int
    wall: float
    text: str
    tone: Tone = "plain"
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What has been said so far. What happened before ``since`` (seconds since the epoch) is history.

    Alarms are known by id and time, for an id is used again once training went back before its alarm.
    """

    run: str
    since: float
    facts: RunFacts | None = None
    state: tuple[str, str] = ("", "")
    trained: bool = False
    values: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    alarms: Mapping[tuple[int, float], bool] = field(default_factory=dict)
    """The alarms of the last batch, and whether each stands."""
    marked: float = 0.0
    step: int = 0
    next_progress: float = 0.0
    silent: bool = False


def tell(told: Told, batch: Batch | None, state: Liveness, now: float) -> tuple[Told, tuple[Said, ...]]:
    """What to say now, given what is new in the run (None: nothing) and its true state."""
    said: list[Said] = []
    if batch is not None:
        if told.facts is None:
            said.append(_opening(told.run, batch.facts, state, now))
        told = replace(told, facts=batch.facts, values=last_values(told.values, batch))
    facts = told.facts
    if facts is None:
        return told, ()
    said.extend(_of_state(told, facts, state, now))
    told = replace(
        told, state=(state.name, state.detail), trained=told.trained or state.name not in ("", "starting")
    )
    if batch is not None:
        marks = [mark for mark in batch.marks if mark.wall > max(told.since, told.marked)]
        happened = [*map(_mark, marks), *_of_alarms(told, batch.alarms, now)]
        said.extend(sorted(happened, key=lambda one: one.wall))
        told = replace(
            told,
            marked=max([told.marked, *(mark.wall for mark in batch.marks)]),
            alarms={_key(alarm): alarm.cleared_step is None for alarm in batch.alarms},
        )
    if state.name == "running" and facts.step != told.step and now >= told.next_progress and told.values:
        said.append(_progress(told, facts, now))
        gap = min(max(facts.elapsed / 12, _SHORTEST_GAP), _LONGEST_GAP)
        told = replace(told, step=facts.step, next_progress=now + gap)
    silence = now - (facts.heartbeat or now)
    if state.alive and silence > SILENT_SECONDS and not told.silent:
        text = f"no word from the worker for {duration(silence)}; its process is still there"
        said.append(Said(kind="silence", step=facts.step, wall=now, text=text, tone="warning"))
    return replace(told, silent=state.alive and silence > SILENT_SECONDS), tuple(said)


def tell_end(told: Told, state: Liveness, now: float) -> Said:
    """The last sentence about a run that ended, was left, or can't go on."""
    facts = told.facts or RunFacts()
    at = f"at step {progress(facts.step, facts.steps)}"
    words = [f"{state.name} {at}"]
    if facts.elapsed:
        words.append(f"{duration(facts.elapsed)} of training")
    words.extend(_numbers(told))
    if facts.verdict != "unknown":
        words.append(facts.verdict)
    tone: Tone = "good" if state.name in ("finished", "stopped") else "critical"
    if state.alive or facts.verdict not in ("unknown", "healthy"):
        tone = "warning"
    return Said(kind="end", step=facts.step, wall=now, text=" · ".join(words), tone=tone)


def _opening(run: str, facts: RunFacts, state: Liveness, now: float) -> Said:
    words = [run, facts.title or facts.preset, f"seed {facts.seed}", f"{spaced(facts.steps)} steps"]
    if facts.step:
        words.append(f"{state.name} at step {spaced(facts.step)}")
    return Said(
        kind="run",
        step=facts.step,
        wall=now,
        text=" · ".join(word for word in words if word),
        tone="heading",
        fields={"run": run, "preset": facts.preset, "seed": facts.seed, "steps": facts.steps},
    )


def _of_state(told: Told, facts: RunFacts, state: Liveness, now: float) -> Iterator[Said]:
    """What no mark tells: where a person or a signal pauses or stops a run, a mark says so."""
    if (state.name, state.detail) == told.state:
        return
    text = ""
    if state.name in ("starting", "stopping") and state.detail:
        text = f"{state.name}: {state.detail}"
    elif state.name == "running" and not told.trained:
        where = f"training on {facts.device}" if facts.device else "training"
        text = f"{where}, {facts.data}" if facts.data else where
    elif state.name == "paused" and (state.detail or not told.trained):
        text = f"paused at step {spaced(facts.step)}" + (f": {state.detail}" if state.detail else "")
    if text:
        fields = {"state": state.name, "detail": state.detail}
        yield Said(kind="state", step=facts.step, wall=now, text=text, tone="faint", fields=fields)


def _of_alarms(told: Told, alarms: tuple[Alarm, ...], now: float) -> Iterator[Said]:
    """What changed: raised, cleared, or both since the last look. Going back may make one stand again."""
    for alarm in alarms:
        stands, stood = alarm.cleared_step is None, told.alarms.get(_key(alarm))
        news = stood is None and (stands or alarm.raised_wall > told.since)
        if news or (stands and stood is False):
            yield _raised(alarm)
        if alarm.cleared_step is not None and (news or stood):
            text = f"cleared at step {spaced(alarm.cleared_step)}: {alarm.name}"
            fields = {"name": alarm.name}
            yield Said(
                kind="cleared", step=alarm.cleared_step, wall=now, text=text, tone="good", fields=fields
            )


def _key(alarm: Alarm) -> tuple[int, float]:
    return alarm.id, alarm.raised_wall


def _raised(alarm: Alarm) -> Said:
    at = f"{alarm.severity.upper()} at step {spaced(alarm.raised_step)}"
    advice = f" · try: {alarm.advice}" if alarm.advice else ""
    return Said(
        kind="alarm",
        step=alarm.raised_step,
        wall=alarm.raised_wall,
        text=f"{at}: {alarm.sentence}{advice}",
        tone="critical" if alarm.severity == "critical" else "warning",
        fields={
            "name": alarm.name,
            "severity": alarm.severity,
            "sentence": alarm.sentence,
            "advice": alarm.advice,
            "evidence": alarm.evidence,
        },
    )


def _mark(mark: Mark) -> Said:
    told_by_text = mark.text and mark.kind in ("pause", "resume", "stop", "edit", "data")
    what = mark.text if told_by_text else f"{mark.kind} {mark.text}".rstrip()
    text = f"step {spaced(mark.step)} · {what}"
    fields = {"mark": mark.kind, "text": mark.text}
    return Said(kind="mark", step=mark.step, wall=mark.wall, text=text, fields=fields)


def _progress(told: Told, facts: RunFacts, now: float) -> Said:
    words = [f"step {progress(facts.step, facts.steps)}"]
    _, speed = told.values.get("speed/steps", (0, math.nan))
    if speed > 0:
        words.append(measured("speed/steps", speed))
        words.append(f"{duration((facts.steps - facts.step) / speed)} left")
    words.extend(_numbers(told))
    if facts.verdict != "unknown":
        words.append(facts.verdict)
    fields: dict[str, object] = {"steps": facts.steps, "elapsed": facts.elapsed, "verdict": facts.verdict}
    fields["values"] = {name: value for name, (_, value) in told.values.items()}
    return Said(kind="progress", step=facts.step, wall=now, text=" · ".join(words), fields=fields)


def _numbers(told: Told) -> list[str]:
    return [
        f"{name} {measured(name, value)}"
        for name, (_, value) in told.values.items()
        if name.startswith(_SHOWN)
    ]
