"""Where alarms of measures of samples stand, and how far real data differ from themselves by chance."""

from math import nan

import msgspec

from latentop.engine.run.chance import raised_below
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.series import QUALITY
from latentop.engine.run.verdicts import unjudged_samples
from latentop.presets.watch import Watch
from latentop.tui.model import derived
from latentop.tui.model.mode_presence import DUPLICATES, points
from latentop.tui.model.shown_series import Shown
from latentop.tui.model.shown_table import COVERAGE
from latentop.tui.model.state import State

_SETTINGS = ("diversity_alarm", "diversity_clear", "sensitivity")
"""What says where the alarm of diversity is; older runs have no sensitivity."""


def chance_in(facts: RunFacts, name: str) -> float:
    """The standard deviation of what real data themselves reach by a measure of samples; 0 if not known."""
    if name.startswith(QUALITY):
        return real_quality(facts, name)[1]
    return facts.diversity_chance.get(name.removeprefix("diversity/"), 0.0)


def real_quality(facts: RunFacts, name: str) -> tuple[float, float]:
    """What real data themselves reach in a distance from real data, and σ; NaN and 0 where not known."""
    family, _, measure = name.partition("/")
    return facts.real_quality.get(measure if f"{family}/" == QUALITY else "", (nan, 0.0))


def alarm_below(facts: RunFacts, measure: Shown) -> float:
    """Below which share of real data a measure of samples is alarming: by settings, with room for chance."""
    known = {key: facts.settings[f"watch.{key}"] for key in _SETTINGS if f"watch.{key}" in facts.settings}
    moved = msgspec.convert(known, Watch).moved.diversity_alarm if known else facts.diversity_alarm
    return raised_below(measure.scale * moved, chance_in(facts, measure.name))


def alarm_level(state: State, measure: Shown) -> float | None:
    """Below which share of real data the measure's alarm is raised now; None where nobody looks.

    Early samples are not held against real data: of these an alarm that stands says where it was raised. That
    points lie closer together within their modes than real ones is no alarm.
    """
    if not measure.level or (measure.name == DUPLICATES and points(state)):
        return None
    raised = next((one for one in derived.standing(state) if one.name in measure.alarms), None)
    if raised is not None and "best" in raised.evidence:
        return raised.evidence.get("alarm") if measure.name == COVERAGE else None
    if unjudged_samples(state.facts, alive=True) is not None:
        return None
    return alarm_below(state.facts, measure)
