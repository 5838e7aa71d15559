"""What is said of each thing that happens in a run: a line, sentences, fields of a JSON object. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from latentop.engine.run.events import Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.reader import Alarm, Command
from latentop.tui.model import alarm_text, judgement, report, run_state
from latentop.tui.model.emphasis import Tone, of_verdict
from latentop.tui.model.number_text import duration, progress, spaced
from latentop.tui.model.shown_table import of
from latentop.tui.model.speech import sentence, several, span
from latentop.tui.model.state import State

_TOLD_BY_TEXT = ("pause", "resume", "stop", "edit", "fork", "data", "network")


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
    words = [run, facts.title or facts.preset]
    words += [] if facts.chosen_seed is None else [f"seed {facts.chosen_seed}"]
    words += [f"{spaced(facts.steps)} steps"] if facts.steps else []
    if facts.step:
        state = run_state.state(liveness) if liveness.watched else liveness.name
        words.append(f"{state} at step {spaced(facts.step)}")
    return Said(
        kind="run",
        step=facts.step,
        wall=now,
        text=" · ".join(word for word in words if word),
        tone="heading",
        fields={"run": run, "preset": facts.preset, "seed": facts.chosen_seed, "steps": facts.steps},
        spoken=tuple(sentence(word) for word in (f"run {run}", *words[1:]) if word),
    )


def stated(facts: RunFacts, liveness: Liveness, text: str, now: float) -> Said:
    """What the run is doing now."""
    fields = {"state": liveness.name, "detail": liveness.detail}
    return Said(kind="state", step=facts.step, wall=now, text=text, tone="faint", fields=fields)


def silent(facts: RunFacts, liveness: Liveness, now: float) -> Said:
    """That the worker's process is there, but has said nothing, or trains nothing, for so long."""
    doing = f"{facts.detail} for {duration(liveness.quiet)}" if facts.detail else liveness.detail
    text = doing if liveness.watched else f"{doing}; its process is still there"
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
    at = f"{alarm_text.title(alarm)} since step {spaced(alarm.began)}"
    advice = f" · try: {alarm.advice}" if alarm.advice else ""
    return Said(
        kind="alarm",
        step=alarm.raised_step,
        wall=alarm.raised_wall,
        text=f"{at}: {alarm_text.sentence(alarm)}{advice}",
        tone=of_verdict(alarm.severity),
        fields={
            "name": alarm.name,
            "severity": alarm.severity,
            "sentence": alarm.sentence,
            "advice": alarm.advice,
            "evidence": alarm.evidence,
            "standing": standing,
        },
        spoken=(
            sentence(at.capitalize()),
            sentence(alarm_text.sentence(alarm)),
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
        text=f"now {run_state.verdict(name, alive=True)}",
        tone=of_verdict(name),
        fields={"verdict": name, "before": before},
    )


def unjudged(facts: RunFacts, now: float) -> Said:
    """Why it is not judged, or not yet, while it trains."""
    why, advice = judgement.why_not(facts, alive=True), judgement.advice(facts, alive=True)
    return Said(
        kind="unjudged",
        step=facts.step,
        wall=now,
        text=judgement.in_full(facts, alive=True),
        tone="plain",
        fields={"why": why, "advice": advice or None},
        spoken=(sentence(why), *([sentence(f"advice: {advice}")] if advice else [])),
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
            sentence(f"{of(one.series).spoken}: {count} not finite, from step {spaced(one.step)}")
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


def _without_prefixes(parts: Iterable[str]) -> list[str]:
    """The parts but for those that another one begins with, and goes on to explain."""
    parts = list(parts)
    return [one for one in parts if not any(other.startswith(f"{one}: ") for other in parts)]


def ended(state: State, now: float) -> Said:
    """How a run ended or was left, with its last values."""
    facts, name = state.facts, state.liveness.name
    state_word = run_state.state(state.liveness) if facts.watches else name
    words = [f"{state_word} at step {progress(facts.step, facts.steps)}"]
    spoken = list(words)
    if facts.elapsed:
        words.append(f"{duration(facts.elapsed)} of training")
        spoken.append(f"{span(facts.elapsed)} of training")
    tone: Tone = "good" if name in ("finished", "stopped") else "critical"
    if state.liveness.alive or facts.verdict not in ("unknown", "healthy"):
        tone = "warning"
    elif facts.verdict == "unknown" and tone == "good":
        tone = "plain"
    broken = name in ("failed", "crashed", "lost")
    why = "" if broken else judgement.in_full(facts, alive=state.liveness.alive)
    return Said(
        kind="end",
        step=facts.step,
        wall=now,
        text=" · ".join(_without_prefixes(filter(None, (*report.line(state, words), why)))),
        tone=tone,
        spoken=(*map(sentence, spoken), *report.sentences(state, {})),
    )
