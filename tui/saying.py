"""What is said of each thing that happens in a run: a line, sentences, fields of a JSON object. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.run.events import Mark
from engine.run.facts import RunFacts
from engine.run.liveness import Liveness
from engine.run.reader import Alarm, Command
from tui import report
from tui.spoken import name_of, sentence, several, span
from tui.state import State
from tui.tone import Tone, of_verdict
from tui.wording import duration, progress, spaced

_TOLD_BY_TEXT = ("pause", "resume", "stop", "edit", "fork", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line, the same as sentences for who listens, and for programs ``kind`` and ``fields``."""

    kind: str
    step: int
    wall: float
    text: str
    tone: Tone = "plain"
    fields: Mapping[str, object] = field(default_factory=dict)
    spoken: tuple[str, ...] = ()
    """Where the line itself is not what is best said."""

    def sentences(self) -> tuple[str, ...]:
        """What is said, an idea a sentence."""
        return self.spoken or (sentence(self.text),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A series with values that are not finite: from which step on, when, and how many."""

    series: str
    step: int
    wall: float
    count: int


def opening(run: str, facts: RunFacts, liveness: Liveness, now: float) -> Said:
    """Which run this is."""
    words = [run, facts.title or facts.preset, f"seed {facts.seed}", f"{spaced(facts.steps)} steps"]
    if facts.step:
        words.append(f"{liveness.name} at step {spaced(facts.step)}")
    return Said(
        kind="run",
        step=facts.step,
        wall=now,
        text=" · ".join(word for word in words if word),
        tone="heading",
        fields={"run": run, "preset": facts.preset, "seed": facts.seed, "steps": facts.steps},
        spoken=tuple(sentence(word) for word in (f"run {run}", *words[1:]) if word),
    )


def stated(facts: RunFacts, liveness: Liveness, text: str, now: float) -> Said:
    """What the run is doing now."""
    fields = {"state": liveness.name, "detail": liveness.detail}
    return Said(kind="state", step=facts.step, wall=now, text=text, tone="faint", fields=fields)


def silent(facts: RunFacts, seconds: float, now: float) -> Said:
    """That the worker lives, but has said nothing for so long."""
    text = f"no word from the worker for {duration(seconds)}; its process is still there"
    return Said(kind="silence", step=facts.step, wall=now, text=text, tone="warning")


def progressed(state: State, before: Mapping[str, str], now: float) -> Said:
    """How it stands; ``before`` is what was said of each series last."""
    return Said(
        kind="progress",
        step=state.facts.step,
        wall=now,
        text=" · ".join(report.line(state, report.moving(state))),
        fields=report.fields(state),
        spoken=report.sentences(state, before),
    )


def raised(alarm: Alarm, standing: int) -> Said:
    """An alarm with its advice, and how many stand with it."""
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
            "standing": standing,
        },
        spoken=(
            sentence(f"{alarm.severity} alarm at step {spaced(alarm.raised_step)}"),
            sentence(alarm.sentence),
            *([sentence(f"advice: {alarm.advice}")] if alarm.advice else []),
            *([sentence(f"{several(standing, 'alarm')} stand now")] if standing > 1 else []),
        ),
    )


def cleared(alarm: Alarm, step: int, standing: int, now: float) -> Said:
    """That an alarm is over, at which step, and how many still stand."""
    left = f"{several(standing, 'alarm')} {'stand' if standing > 1 else 'stands'} now"
    return Said(
        kind="cleared",
        step=step,
        wall=now,
        text=f"cleared at step {spaced(step)}: {alarm.name} · {left}",
        tone="good",
        fields={"name": alarm.name, "standing": standing},
    )


def verdict(before: str, facts: RunFacts, now: float) -> Said:
    """That the watch judges the run differently now."""
    name = facts.verdict
    return Said(
        kind="verdict",
        step=facts.step,
        wall=now,
        text="now healthy" if name == "healthy" else f"verdict: {name.replace('-', ' ')}",
        tone=of_verdict(name),
        fields={"verdict": name, "before": before},
    )


def not_finite(bad: Sequence[Bad]) -> Said:
    """Which series hold values that are NaN or infinite, and from which step on; at least one."""
    counts = [several(one.count, "value") for one in bad]
    step = min(one.step for one in bad)
    told = ", ".join(f"{one.series} ({count})" for one, count in zip(bad, counts, strict=True))
    return Said(
        kind="not-finite",
        step=step,
        wall=min(one.wall for one in bad),
        text=f"not finite from step {spaced(step)}: {told}",
        tone="critical",
        fields={"series": {one.series: one.count for one in bad}},
        spoken=tuple(
            sentence(f"{name_of(one.series)}: {count} not finite, from step {spaced(one.step)}")
            for one, count in zip(bad, counts, strict=True)
        ),
    )


def marked(mark: Mark) -> Said:
    """What was done to the run, or what it did."""
    what = mark.text if mark.text and mark.kind in _TOLD_BY_TEXT else f"{mark.kind} {mark.text}".rstrip()
    text = f"step {spaced(mark.step)} · {what}"
    fields = {"mark": mark.kind, "text": mark.text}
    spoken = (sentence(f"at step {spaced(mark.step)}: {what}"),)
    return Said(kind="mark", step=mark.step, wall=mark.wall, text=text, fields=fields, spoken=spoken)


def refused(command: Command, now: float) -> Said:
    """That the worker did not do what it was asked, and why."""
    text = f"refused to {command.name}: {command.reply or 'no reason was given'}"
    fields = {"name": command.name, "reply": command.reply}
    return Said(kind="refused", step=command.applied_step or 0, wall=now, text=text, fields=fields)


def ended(state: State, now: float) -> Said:
    """How a run ended or was left, with its last values."""
    facts, name = state.facts, state.liveness.name
    words = [f"{name} at step {progress(facts.step, facts.steps)}"]
    spoken = list(words)
    if facts.elapsed:
        words.append(f"{duration(facts.elapsed)} of training")
        spoken.append(f"{span(facts.elapsed)} of training")
    tone: Tone = "good" if name in ("finished", "stopped") else "critical"
    if state.liveness.alive or facts.verdict not in ("unknown", "healthy"):
        tone = "warning"
    return Said(
        kind="end",
        step=facts.step,
        wall=now,
        text=" · ".join(report.line(state, words)),
        tone=tone,
        spoken=(*map(sentence, spoken), *report.sentences(state, {})),
    )
