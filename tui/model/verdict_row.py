"""The verdict of a run in one row: what is the case, since when, what is lost, and the keys that help. Pure.

A person who looks back, a run that waits or has ended, and charts that do not follow are told of here, too:
nothing else on the screen changes its place.
"""

from dataclasses import replace

from latentop.engine.run.good_states import is_after
from latentop.engine.run.store.reader import Alarm
from latentop.engine.run.verdicts import NOTHING_CRITICAL, unjudged
from latentop.tui.model import (
    conclusions,
    derived,
    judgement,
    mode_presence,
    notice_text,
    pretraining,
    remedies,
    run_state,
)
from latentop.tui.model.fitted_row import Hint, VerdictRow
from latentop.tui.model.moment import VERDICT, happenings
from latentop.tui.model.notice_text import Aside
from latentop.tui.model.number_text import clock, spaced
from latentop.tui.model.shown_table import COVERAGE, TRAINING, VALIDATION
from latentop.tui.model.state import State
from latentop.tui.model.viewport import Viewport

SIGNS = {"warning": "▲", "error": "✖"}
DOUBTFUL = frozenset(SIGNS)
"""The tones of what a panel concludes that deserves a word even beside a good verdict."""
UNKNOWN = "unknown"
PAST = "accent"
"""The tone of a row that tells of an earlier step."""


def verdict_row(
    now: State,
    then: State,
    viewport: Viewport,
    aside: Aside,
    seen: frozenset[tuple[int, float]] = frozenset(),
) -> VerdictRow:
    """The row of a run that is as in ``now``, while the screen shows it as in ``then``.

    Alarms that a person who looks back has not ``seen`` yet are told at once.
    """
    if viewport.cursor is not None:
        return _past(now, then, viewport.cursor, viewport, seen)
    notice, critical = notice_text.notice(now, aside), _critical(now)
    if critical is not None and (notice is None or notice.tone != "error"):
        row = _wrong(now, critical)
        row = replace(row, parts=(*row.parts, _state(now))) if notice else row
    elif notice is not None and notice.tone != "error" and _ended_unjudged(now):
        ended, _, more = notice.said.partition(" · ")
        found = unjudged(now.facts, alive=False)
        reasons = judgement.wordings(found) if found else ()
        heads = tuple(f"{UNKNOWN}: {why}" for why in reasons) or (UNKNOWN,)
        parts = (ended, *filter(None, (more,)))
        row = VerdictRow(heads=heads, tone=notice.tone, parts=parts, short=(ended.partition(" ")[0],))
    elif notice is not None:
        said, more = notice.said, ""
        if now.liveness.name == "finished":  # how it is comes before what can be done now
            said, _, more = said.partition(" · ")
        judged = _brief(now) if derived.has_data(now) else ""
        parts = (*pretraining.pretrained(now), *filter(None, (now.trouble or judged, more)))
        brief = said.partition(": ")[0] if now.liveness.name == "paused" else said
        heads = tuple(dict.fromkeys((said, said.partition(" · ")[0], brief)))
        row = VerdictRow(
            heads=heads,
            tone=notice.tone,
            loud=notice.tone in DOUBTFUL,
            parts=parts,
            short=pretraining.in_brief(now) or _reason(now),
        )
    else:
        row = _judged(now)
    row = replace(row, hints=(*_to_go_on(now, aside), *row.hints))
    return _asked(now, _followed(now, viewport, row))


def _past(
    now: State, then: State, cursor: int, viewport: Viewport, seen: frozenset[tuple[int, float]]
) -> VerdictRow:
    wall = derived.wall_at(now, cursor)
    head = f"◀◀ step {spaced(cursor)}"
    at = f"{head} of {spaced(derived.step(now))}"
    heads = (at if wall is None else f"{at} · {clock(wall)}", at, head)
    raised = [alarm for alarm in derived.standing(now) if alarm.identity not in seen]
    parts: list[str] = [f"NOW: {_named(raised[-1])}", raised[-1].sentence] if raised else []
    verdict = run_state.verdict(then.facts.verdict, alive=True)
    parts += [*_here(now, cursor, viewport), f"then {verdict}"]
    return VerdictRow(
        heads=heads,
        tone="error" if raised else PAST,
        loud=True,
        parts=tuple(parts),
        hints=(Hint("end", "live"),),
    )


def _here(state: State, cursor: int, viewport: Viewport) -> list[str]:
    """What happened at the cursor, or within a hundredth of what is shown."""
    first, last = viewport.window(derived.step(state))
    near = (last - first) / 100
    return [one.text for one in happenings(state) if abs(one.step - cursor) <= near and one.kind != VERDICT]


def _critical(state: State) -> Alarm | None:
    """The alarm that is the verdict; None where none is critical."""
    if state.facts.verdict in NOTHING_CRITICAL:
        return None
    standing = derived.standing(state)
    return next((alarm for alarm in standing if alarm.name == state.facts.verdict), None)


def _wrong(state: State, alarm: Alarm) -> VerdictRow:
    """What is critical, since when, what is lost, and what helps at once."""
    since, name = spaced(alarm.began), _named(alarm)
    return VerdictRow(
        heads=(f"✖ {name} since step {since}", f"✖ {name} at {since}"),
        tone="error",
        loud=True,
        parts=_numbers(state, alarm),
        lost=mode_presence.lost_names(state) if alarm.name == "collapsed" else (),
        hints=(*_help(state), Hint("a", "why")),
    )


def _numbers(state: State, alarm: Alarm) -> tuple[str, ...]:
    """What the alarm means, in numbers and few words."""
    if alarm.name == "collapsed":
        count = derived.typical(state, "diversity/modes")
        total = state.facts.modes or len(state.facts.classes)
        reached = derived.last(state, COVERAGE)
        left = f"{count:.0f} of {total} modes left" if count is not None and derived.finite(count) else ""
        share = conclusions.reaches(reached) if reached is not None and derived.finite(reached) else ""
        few = bool(left) and total > 0 and count is not None and count < total
        return tuple(filter(None, (left if few else share,)))
    return (conclusions.in_brief(state, alarm),)


def _help(state: State) -> tuple[Hint, ...]:
    """The keys that do at once what helps."""
    hints = []
    if (good := remedies.good_state(state)) is not None:
        late = is_after(good, remedies.trouble_since(state.alarms))
        hints.append(Hint("r", f"back to {spaced(good.step)}{', the oldest' if late else ''}"))
    if (remedy := remedies.remedy(state)) is not None:
        hints.append(Hint("e", remedy.does))
    return tuple(hints)


def _judged(state: State) -> VerdictRow:
    """The verdict of a run that trains, where nothing critical stands."""
    facts, alive = state.facts, state.liveness.alive
    if facts.verdict == "warning" and (standing := derived.standing(state)):
        first = standing[0]
        began, name = spaced(first.began), first.name.replace("-", " ")
        return VerdictRow(
            heads=(f"▲ warning since step {began}: {name}", f"▲ warning: {name}"),
            tone="warning",
            parts=(conclusions.in_brief(state, first),),
            hints=(*_help(state), Hint("a", "why")),
        )
    if facts.verdict not in NOTHING_CRITICAL:  # its alarm is not recorded here
        said = f"✖ {judgement.verdict(facts, alive=alive)}"
        return VerdictRow(heads=(said,), tone="error", loud=True, hints=_help(state))
    if facts.verdict != "healthy":
        found, said = unjudged(facts, alive=alive), judgement.verdict(facts, alive=alive)
        if found is None:
            return VerdictRow(heads=(said,))
        more = [f"try: {found.advice}"] if found.advice else []
        more += [conclusions.reconstruction(state).text] if TRAINING in state.series else []
        tone = "warning" if found.lasting else ""
        heads = tuple(f"{said}: {why}" for why in judgement.wordings(found))
        return VerdictRow(heads=heads, tone=tone, parts=tuple(more))
    words = [*_conclusions(state)]
    doubts = [one for one in words if one.tone in DOUBTFUL]
    since = _since(state)
    said = f"✔ healthy since step {spaced(since)}" if since else "✔ healthy"
    told = (f"{SIGNS[one.tone]} {one.text}" if one in doubts else one.text for one in (*doubts, *words))
    parts = (*pretraining.pretrained(state), *told)
    brief = () if doubts else tuple(one.texts[-1] for one in words[:1])
    return VerdictRow(
        heads=(said, "✔ healthy"),
        tone="success",
        parts=tuple(dict.fromkeys(parts)),
        short=pretraining.in_brief(state) or brief,
    )


def _conclusions(state: State) -> list[conclusions.Words]:
    """What the panels conclude of samples, or of errors, and of the numbers."""
    found = []
    if COVERAGE in state.series:
        found.append(conclusions.diversity(state))
    elif VALIDATION in state.series:
        found.append(conclusions.reconstruction(state))
    sound = conclusions.stability(state)
    return [*found, *([sound] if sound.tone in DOUBTFUL else [])]


def _since(state: State) -> int | None:
    """Since which step the verdict is what it is, where that was recorded."""
    marks = [mark for mark in state.marks if mark.kind == VERDICT]
    return marks[-1].step if marks and marks[-1].text == state.facts.verdict else None


def _ended_unjudged(state: State) -> bool:
    """Whether a run that is over could not be looked at: that is said first."""
    return not (state.liveness.alive or state.trouble) and state.facts.verdict == UNKNOWN


def _brief(state: State) -> str:
    """The verdict of a run that trains no more, or why there is none."""
    alive = state.liveness.alive
    return judgement.why_not(state.facts, alive=alive) or judgement.verdict(state.facts, alive=alive)


def _reason(state: State) -> tuple[str, ...]:
    """Why it was not judged, in its shorter wording; nothing where it was, or could not be read."""
    blank = state.trouble or not derived.has_data(state)
    found = None if blank else unjudged(state.facts, alive=state.liveness.alive)
    if found is None:
        return ()
    found = replace(found, why=judgement.wordings(found)[-1])
    return (judgement.why_of(found, alive=state.liveness.alive),)


def _state(state: State) -> str:
    """What a run that does not train is at, beside something worse."""
    if state.liveness.quiet:
        return state.liveness.detail.partition(": ")[0]
    step = derived.step(state)
    said = run_state.state(state.liveness)
    return said if state.liveness.alive or not step else f"{said} at step {spaced(step)}"


def _to_go_on(state: State, aside: Aside) -> tuple[Hint, ...]:
    """Space, where it lets a run go on."""
    if state.trouble:
        return ()
    if state.liveness.name in run_state.HELD:
        return (Hint("space", "resume"),)
    if state.liveness.alive or aside.checkpoint is None:
        return ()
    if state.facts.scripted:
        return (Hint("space", "watch it again" if state.facts.watches else "start its script again"),)
    step = aside.checkpoint
    return (Hint("space", f"train on from {spaced(step)}" if step else "train it from its first step"),)


def _followed(state: State, viewport: Viewport, row: VerdictRow) -> VerdictRow:
    """The row, or what charts show that do not follow the newest step."""
    last = derived.step(state)
    if viewport.span is None or viewport.first is None or viewport.first + viewport.span >= last:
        return row
    first, end = (spaced(int(step)) for step in viewport.window(last))
    said = f"charts do not follow: steps {first} to {end} of {spaced(last)}"
    hint = Hint("end", "follow")
    if row.loud:
        return replace(row, parts=(*row.parts, said), hints=(hint, *row.hints))
    return VerdictRow(heads=(said, f"not following: {first} to {end}"), tone=PAST, loud=True, hints=(hint,))


def _asked(state: State, row: VerdictRow) -> VerdictRow:
    """The row, with what the worker was asked and has not answered yet."""
    if not (pending := derived.pending(state)):
        return row
    words = run_state.state(state.liveness, pending)
    if row.tone == "error":
        return replace(row, parts=(words, *row.parts))
    return VerdictRow(heads=(words,), tone=PAST, parts=tuple(row.heads[-1:]))


def _named(alarm: Alarm) -> str:
    return run_state.verdict(alarm.name, alive=True)
