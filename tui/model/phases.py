"""Trainings of several parts: in which of them a run is, and the steps that its charts show. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from latentop.tui.draw.charts.axis import Limits, time_axis
from latentop.tui.model import derived
from latentop.tui.model.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a training: which of how many, what is trained in it, and from where to where."""

    place: int
    count: int
    name: str
    first: int
    last: int


def phase(state: State) -> Phase | None:
    """The part that the run is in, or that it ended in; None where its training is one thing."""
    step, parts = derived.step(state), _all(state)
    return next((one for one in parts if step <= one.last), parts[-1] if parts else None)


def window(state: State, names: Iterable[str]) -> Limits | None:
    """The steps that a chart of these series shows: those of the part that they belong to.

    None where the run has no parts, or they belong to none or to several.
    """
    spans = [state.series[name].step for name in names if name in state.series]
    for one in _all(state):
        if spans and all(span[0] > one.first and span[-1] <= one.last for span in spans):
            step = derived.step(state)
            end = one.last if step > one.last else one.first + time_axis(step - one.first)
            return float(one.first), float(min(end, one.last))
    return None


def _all(state: State) -> list[Phase]:
    found: list[Phase] = []
    before = 0
    for place, (name, last) in enumerate(state.facts.phases, start=1):
        found.append(Phase(place=place, count=len(state.facts.phases), name=name, first=before, last=last))
        before = last
    return found
