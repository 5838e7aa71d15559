"""How a run stands, at one moment: as one line, as sentences, and as the fields of a JSON object. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from engine.run.series import SPREADS
from tui import fit, selectors, states
from tui.fit import VALIDATION
from tui.spoken import name_of, sentence, several, span, value_of
from tui.state import State
from tui.wording import duration, measured, number, progress

SHOWN = ("loss/", "valid/", "diversity/coverage")
"""The series of the one line."""
_FAMILIES = ("loss", "valid", "accuracy", "score", "diversity", "lead", "codings", "kl", "pca")
"""The order in which they are said; the others, such as gradients, come after them."""
_LOW = {"diversity/coverage": 1.0, "diversity/duplicates": 0.5}
"""Below which share of the run's alarm threshold a measure is called low, as its meter calls it."""
_LATER = ("speed/", "kl/unit-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The smallest validation error so far, and its step."""

    value: float
    step: int


def line(state: State, words: list[str]) -> list[str]:
    """The parts of the one line: ``words``, then the main values, the verdict and how many alarms stand."""
    verdict = state.facts.verdict
    standing = selectors.standing(state)
    return [
        *words,
        *(
            f"{name} {measured(name, value)}"
            for name, value in selectors.all_typical(state).items()
            if name.startswith(SHOWN)
        ),
        *([verdict] if verdict != "unknown" else []),
        *([several(len(standing), "alarm")] if standing else []),
    ]


def moving(state: State) -> list[str]:
    """How far it is, how fast, and how long it will take: parts of the one line."""
    words = [f"step {progress(selectors.step(state), state.facts.steps)}"]
    if speed := selectors.speed(state):
        words.append(measured("speed/steps", speed))
    if left := selectors.seconds_left(state):
        words.append(f"{duration(left)} left")
    if epoch := selectors.epoch(state):
        words.append(f"epoch {epoch[0]} of {epoch[1]}")
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
    names = sorted((name for name in state.series if not name.startswith(_LATER)), key=_place)
    return {name: value_of(name, _value(state, name)) for name in names if not name.endswith(SPREADS)}


def fields(state: State) -> dict[str, object]:
    """The same facts for programs. Times are seconds, shares 0 to 1; None where something can't be told."""
    epoch, best = selectors.epoch(state), best_validation(state)
    return {
        "steps": state.facts.steps,
        "elapsed": state.facts.elapsed,
        "verdict": state.facts.verdict,
        "speed": selectors.speed(state),
        "seconds_left": selectors.seconds_left(state),
        "epoch": epoch[0] if epoch else None,
        "epochs": epoch[1] if epoch else None,
        "standing": [alarm.name for alarm in selectors.standing(state)],
        "lost": list(selectors.lost_classes(state)),
        "non_finite": selectors.bad_values(state),
        "best_validation": {"value": best.value, "step": best.step} if best else None,
        "validation_ratio": fit.ratio(state),
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
    else:
        yield states.verdict(verdict, alive=state.liveness.alive)
    standing = selectors.standing(state)
    if standing:
        names = ", ".join(alarm.name.replace("-", " ") for alarm in standing)
        yield f"{several(len(standing), 'alarm')} {'stand' if len(standing) > 1 else 'stands'}: {names}"
    else:
        yield "no alarm stands"
    if bad := selectors.bad_values(state):
        yield f"{several(bad, 'value')} not finite so far"


def _pace(state: State) -> Iterator[str]:
    yield f"step {progress(selectors.step(state), state.facts.steps)}"
    if epoch := selectors.epoch(state):
        yield f"epoch {epoch[0]} of {epoch[1]}"
    if speed := selectors.speed(state):
        yield f"speed: {value_of('speed/steps', speed)}"
    if left := selectors.seconds_left(state):
        yield f"{span(left)} left"


def _measures(state: State, before: Mapping[str, str]) -> Iterator[str]:
    for name, value in said_values(state).items():
        if before.get(name) == value:
            continue
        spread = next((one for one in SPREADS if name + one in state.series), None)
        more = f" ± {value_of(name + spread, _value(state, name + spread))}" if spread else ""
        was = f", was {before[name]}" if name in before else ""
        yield f"{name_of(name)}: {value}{more}{_of(state, name)}{was}{_low(state, name)}"
        if name == VALIDATION:
            yield from _validation(state)
    if nats := selectors.numbered(state, "kl/unit-"):
        yield f"largest Kullback-Leibler divergence of a unit: {number(max(nats))} nats"


def _validation(state: State) -> Iterator[str]:
    if best := best_validation(state):
        yield f"best validation error so far: {number(best.value)} at step {best.step}"
    if (ratio := fit.ratio(state)) is not None:
        limit = f"above {state.facts.overfitting_alarm:g}, but training error does not fall alone"
        how = fit.fit(state)
        words = limit if how == "high" else how
        yield f"validation error is {ratio:.2f} times the training error, {words}"


def _of(state: State, name: str) -> str:
    """Of how many modes those are, and which are lost."""
    if name != "diversity/modes":
        return ""
    total = state.facts.modes or len(state.facts.classes)
    lost = selectors.lost_classes(state)
    return (f" of {total}" if total else "") + (f", lost: {', '.join(lost)}" if lost else "")


def _low(state: State, name: str) -> str:
    share = _LOW.get(name)
    value = selectors.last(state, name)
    if share is None or value is None or state.facts.verdict == "unknown":
        return ""
    return ", low" if value < share * state.facts.diversity_alarm else ""


def _value(state: State, name: str) -> float:
    value = selectors.typical(state, name)
    assert value is not None
    return value


def _place(name: str) -> int:
    family = name.partition("/")[0]
    return _FAMILIES.index(family) if family in _FAMILIES else len(_FAMILIES)
