"""Losses that circle: the newest values of a pair, looked at as those of a training of ours are."""

from latentop.engine.external.loss_rules.course import Course
from latentop.engine.external.loss_rules.loss_pair import PairCourse
from latentop.engine.watch.signals.oscillation import ENDS, Swing, swing
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS
from latentop.presets.wording import spaced

NAME = "oscillation"

FEWEST = 64
"""Values; in fewer nothing is judged."""
NEWEST = 1024
"""Values that are looked at by themselves, too: a swing that began lately fills but a part of the others."""
YOUNG = 10
"""The first of so many parts of a log is left out: losses fall there."""


def oscillation(pair: PairCourse) -> list[Condition]:
    """The condition ``oscillation`` (warning); nothing where there are too few values."""
    found: dict[str, Swing] = {}
    judged = False
    courses = {pair.generator_name: pair.generator, pair.discriminator_name: pair.discriminator}
    for name, course in courses.items():
        values = course.tail[max(0, course.count // YOUNG - (course.count - len(course.tail))) :]
        if len(values) < FEWEST:
            continue
        judged = True
        whole, newest = swing(values), swing(values[-NEWEST:])
        if (best := newest if newest and newest.steady else whole) is not None:
            found[name] = best
    if not judged:
        return []
    steady = {name: one for name, one in found.items() if one.steady}
    sentence, evidence = "", {}
    if steady:
        name, best = max(steady.items(), key=lambda item: item[1].correlation)
        period = best.period * _pause(courses[name])
        sentence = (
            f"the game circles: {name} swings by ±{best.amplitude:.2g} with a period of "
            f"{spaced(round(period))} steps, {best.periods:.0f} times so far in view "
            f"(correlation one period on {best.correlation:.2f})"
        )
        evidence = {"period": period, "periods": best.periods, "correlation": best.correlation}
    return [
        Condition(
            name=NAME,
            severity="warning",
            bad=bool(steady),
            clear=all(
                one.correlation < DEFAULTS.oscillation_clear or one.lasts < ENDS for one in found.values()
            ),
            sentence=sentence,
            advice="penalise the discriminator's slope (R1), or lower both learning rates and beta1",
            evidence=evidence,
            pace="proof",
        )
    ]


def _pause(course: Course) -> float:
    """Steps from one value to the next, over the whole course."""
    return (course.last - course.first) / max(1, course.count - 1)
