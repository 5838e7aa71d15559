"""How a run stands, at one moment: as one line, as sentences, and as the fields of a JSON object. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from latentop.engine.run import series
from latentop.engine.run.series import SPREADS
from latentop.engine.run.store import summary
from latentop.tui.model import alarm_levels, derived, generalisation, judgement, mode_presence
from latentop.tui.model.number_text import duration, number, progress, spaced
from latentop.tui.model.plain_text import RECENT
from latentop.tui.model.shown_series import in_order, measured
from latentop.tui.model.shown_table import VALIDATION, of
from latentop.tui.model.speech import sentence, several, span, value_of
from latentop.tui.model.state import State

SHOWN = ("loss/", "valid/", "diversity/coverage")
"""The series of the one line."""
_LATER = ("speed/", "kl/unit-")
"""What is said elsewhere, in its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The smallest validation error so far, and its step."""

    value: float
    step: int


def line(state: State, words: list[str]) -> list[str]:
    """The parts of the one line: ``words``, then the main values, the verdict and how many alarms stand."""
    verdict = judgement.verdict(state.facts, alive=state.liveness.alive)
    standing = derived.standing(state)
    typical = derived.all_typical(state)
    shown = _shown(typical)
    told = {name: f"{name} {measured(name, typical[name], typical)}{_since(state, name)}" for name in shown}
    means = [text for name, text in told.items() if series.of(name).noisy]
    return [
        *words,
        *([f"{RECENT}{'s' if len(means) > 1 else ''}: {', '.join(means)}"] if means else []),
        *(text for name, text in told.items() if not series.of(name).noisy),
        verdict,
        *([several(len(standing), "alarm")] if standing else []),
    ]


def _shown(names: Collection[str]) -> list[str]:
    """The series of the one line; of a run that has none of these, the first of its own."""
    return [name for name in names if name.startswith(SHOWN)] or summary.own(names)


def _since(state: State, name: str) -> str:
    """Of a value from long ago, at which step it was measured."""
    stale = derived.stale_step(state, name)
    return "" if stale is None else f" at step {spaced(stale)}"


def moving(state: State) -> list[str]:
    """How far it is, how fast, and how long it will take: parts of the one line."""
    words = [f"step {progress(derived.step(state), state.facts.steps)}"]
    if speed := derived.speed(state):
        words.append(measured("speed/steps", speed))
    if left := derived.seconds_left(state):
        words.append(f"{duration(left)} left")
    if epoch := derived.epoch(state):
        words.append(_epoch(*epoch))
    return words


def sentences(state: State, before: Mapping[str, str]) -> tuple[str, ...]:
    """Everything that the dashboard shows, the most important first, each idea a sentence.

    ``before`` is what was said of each series last time: what has not changed since is left out. How far a
    run is and how fast is only said of one in training.
    """
    pace = _pace(state) if state.liveness.name == "running" else ()
    return tuple(sentence(text) for text in (*_judgement(state), *pace, *_measures(state, before)))


def said_values(state: State) -> dict[str, str]:
    """Each series' value as it is said now, without the name."""
    names = (name for name in state.series if not name.startswith(_LATER) and not name.endswith(SPREADS))
    return {name: value_of(name, _value(state, name), state.series) for name in in_order(names)}


def fields(state: State) -> dict[str, object]:
    """The same facts for programs. Times are seconds, shares 0 to 1; None where something can't be told."""
    epoch, best = derived.epoch(state), best_validation(state)
    return {
        "steps": state.facts.steps,
        "elapsed": state.facts.elapsed,
        "verdict": state.facts.verdict,
        "unjudged": judgement.in_full(state.facts, alive=state.liveness.alive) or None,
        "speed": derived.speed(state),
        "seconds_left": derived.seconds_left(state),
        "epoch": epoch[0] if epoch else None,
        "epochs": epoch[1] if epoch else None,
        "standing": [alarm.name for alarm in derived.standing(state)],
        "lost": list(mode_presence.lost_names(state)),
        "non_finite": derived.bad_values(state),
        "best_validation": {"value": best.value, "step": best.step} if best else None,
        "validation_ratio": generalisation.ratio(state),
        "values": values(state),
    }


def values(state: State) -> dict[str, float]:
    """The last value of every series, whatever it is."""
    return {name: float(bins.last[-1]) for name, bins in state.series.items() if len(bins)}


def best_validation(state: State) -> Best | None:
    """The smallest validation error of an autoencoder; None before the first finite one."""
    bins = state.series.get(VALIDATION)
    if bins is None or not np.isfinite(bins.lo).any():
        return None
    place = int(np.nanargmin(bins.lo))
    return Best(value=float(bins.lo[place]), step=int(bins.step[place]))


def _judgement(state: State) -> Iterator[str]:
    verdict = state.facts.verdict
    if verdict != "unknown":
        yield f"verdict: {verdict.replace('-', ' ')}"
    if why := judgement.why_not(state.facts, alive=state.liveness.alive):
        yield why
    if advice := judgement.advice(state.facts, alive=state.liveness.alive):
        yield f"advice: {advice}"
    standing = derived.standing(state)
    if standing:
        names = ", ".join(alarm.name.replace("-", " ") for alarm in standing)
        yield f"{several(len(standing), 'alarm')} {'stand' if len(standing) > 1 else 'stands'}: {names}"
    else:
        yield "no alarm stands"
    if bad := derived.bad_values(state):
        yield f"{several(bad, 'value')} not finite so far"


def _pace(state: State) -> Iterator[str]:
    yield f"step {progress(derived.step(state), state.facts.steps)}"
    if epoch := derived.epoch(state):
        yield _epoch(*epoch)
    if speed := derived.speed(state):
        yield f"speed: {value_of('speed/steps', speed)}"
    if left := derived.seconds_left(state):
        yield f"{span(left)} left"


def _epoch(now: int, total: int | None) -> str:
    return f"epoch {now} of {total}" if total else f"epoch {now}"


def _measures(state: State, before: Mapping[str, str]) -> Iterator[str]:
    titles = mode_presence.titles(state.facts, state.series)
    for name, value in said_values(state).items():
        if before.get(name) == value:
            continue
        spread = next((one for one in SPREADS if name + one in state.series), None)
        more = f" ± {value_of(name + spread, _value(state, name + spread))}" if spread else ""
        was = f", was {before[name]}" if name in before else ""
        said = of(name).spoken if titles[name] == name else titles[name]
        if series.of(name).noisy:
            said = f"{said}, {RECENT}"
        yield f"{said}: {value}{more}{_of(state, name)}{was}{_low(state, name)}"
        if name == VALIDATION:
            yield from _validation(state)
    if nats := derived.numbered(state, "kl/unit-"):
        yield f"largest Kullback-Leibler divergence of a unit: {number(max(nats))} nats"


def _validation(state: State) -> Iterator[str]:
    if best := best_validation(state):
        yield f"best validation error so far: {number(best.value)} at step {spaced(best.step)}"
    if (ratio := generalisation.ratio(state)) is not None:
        limit = f"above {state.facts.overfitting_alarm:.3g}, but training error does not fall alone"
        how = generalisation.fit(state)
        words = {"high": limit, "early": "too early to judge"}.get(how, how)
        yield f"validation error is {ratio:.2f} times the training error, {words}"


def _of(state: State, name: str) -> str:
    """Of how many modes those are, and which are lost."""
    if name != "diversity/modes":
        return ""
    total = state.facts.modes or len(state.facts.classes)
    lost = mode_presence.lost_names(state)
    return (f" of {total}" if total else "") + (f", lost: {', '.join(lost)}" if lost else "")


def _low(state: State, name: str) -> str:
    measure, value = of(name), derived.last(state, name)
    level = alarm_levels.alarm_level(state, measure) if measure.level == "diversity" else None
    return ", low" if level is not None and value is not None and value < level else ""


def _value(state: State, name: str) -> float:
    value = derived.typical(state, name)
    assert value is not None
    return value
