"""What one wants to know of a run before opening it, in a few lines, each with its colour. Pure."""

from collections.abc import Iterator

from latentop.tui.model import alarm_text, derived, judgement, run_state
from latentop.tui.model.number_text import spaced
from latentop.tui.model.plain_text import setting
from latentop.tui.model.state import State

MOST_RATES = 4
"""So many learning rates are told."""


def lines(state: State) -> Iterator[tuple[str, str]]:
    """``(text, name of a colour)`` of each line, the most important first; none before it is read."""
    facts = state.facts
    if not facts.created:
        return
    for alarm in derived.standing(state):
        since = f"{alarm_text.title(alarm)} since step {spaced(alarm.began)}"
        yield f"{since}: {alarm_text.sentence(alarm)}", run_state.tone(alarm.severity)
    if facts.error:
        yield facts.error, "error"
    if state.liveness.detail:
        yield state.liveness.detail, ""
    if why := judgement.in_full(facts, alive=state.liveness.alive):
        yield why, ""
    if facts.note:
        yield facts.note, "accent"
    if facts.parent:
        yield f"fork of {facts.parent} at step {spaced(facts.parent_step)}", ""
    seed = "" if facts.chosen_seed is None else f"seed {facts.chosen_seed}"
    yield " · ".join(filter(None, (facts.title or facts.preset, facts.data, seed))), ""
    rates = {key: value for key, value in facts.settings.items() if key.rpartition(".")[2] == "lr"}
    if rates and len(set(rates.values())) == 1 and len(rates) > 1:
        yield f"lr {setting(next(iter(rates.values())))} in all networks", ""
    elif rates:
        told = [f"{key} {setting(value)}" for key, value in rates.items()]
        yield ", ".join(told[:MOST_RATES]), ""
    yield _kept(state), ""


def _kept(state: State) -> str:
    """How many alarms there were, how many states to go back to, and what was edited."""
    alarms, states = len(state.alarms), len(state.facts.snapshots)
    edits = sum(mark.kind == "edit" for mark in state.marks)
    told = [_count(alarms, "alarm"), _count(states, "good state")]
    return " · ".join([*told, *([_count(edits, "edit")] if edits else [])])


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
