"""Samples that got worse, where a log measures them itself: FID and KID, inception score, accuracies."""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from latentop.engine.external.loss_rules.course import Course
from latentop.engine.external.series_names import words
from latentop.engine.run import series
from latentop.engine.run.events import Severity
from latentop.engine.run.store.bins import Floats
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.wording import spaced

NAME = "quality-worse"

WORSE, MUCH_WORSE, EASES = 1.5, 2.0, 1.25
"""Times its best: a warning, critical, over."""
LASTS, SHARE = 3, 0.1
"""So many readings in a row, and of a long log this share of them."""
MOST, LEAST = 1e5, 1e-6
"""Above it a reading is garbage, as is a FID of 0 and below; what is better the larger it is counts as that
much at least."""
_MEASURES = frozenset({"accuracy", "acc", "precision", "recall", "coverage", "density"})
_DECISIONS, _OF_A_JUDGE = (
    frozenset({"accuracy", "acc"}),
    frozenset({"val", "valid", "validation", "test", "eval", "classifier", "class", "clf", "fid"}),
)
_OF_THE_DISCRIMINATOR = frozenset(
    {"d", "dis", "disc", "discriminator", "critic", "real", "fake", "train", "best", "ae", "loss"}
)


def better(name: str) -> series.Better:
    """Which way a series is better, if it measures samples; ``neither`` for all others."""
    if name.startswith("quality/"):
        return series.of(name).better
    said = words(name)
    return "larger" if said & _MEASURES and not said & _OF_THE_DISCRIMINATOR else "neither"


def measures(courses: Mapping[str, Course], *, gan: bool) -> dict[str, Course]:
    """The series that measure samples. Of a ``gan`` an accuracy of nobody is the discriminator's."""
    found = {}
    for name, course in courses.items():
        said = words(name)
        decides = gan and said & _DECISIONS and not said & _OF_A_JUDGE
        if better(name) != "neither" and not decides:
            found[name] = course
    return found


def garbage_apart(name: str, values: Floats) -> Floats:
    """Readings ``(n,)`` of a series, NaN where they are no reading of samples; other series as they are."""
    way = better(name)
    if way == "neither":
        return values
    sound = (values > 0 if way == "smaller" else values >= 0) & (values < MOST)
    return np.where(sound, values, np.nan)


def quality_worse(courses: Mapping[str, Course]) -> list[Condition]:
    """The condition ``quality-worse`` of all measures of samples that a log holds."""
    worst: tuple[float, str, float, float, int, Severity] | None = None
    clear, judged = True, False
    for name, course in courses.items():
        smaller = better(name) == "smaller"
        values, steps = course.levels, course.steps
        if len(values) <= LASTS:
            continue
        judged = True
        usual = np.median(sliding_window_view(values, LASTS), axis=1)  # one reading alone is no best
        usual = np.concatenate([values[: LASTS - 1], usual])
        usual[: LASTS - 1] = usual[LASTS - 1]
        best = np.minimum.accumulate(usual) if smaller else np.maximum.accumulate(usual)
        times = values / best if smaller else best / np.maximum(values, LEAST)
        last = max(LASTS, int(SHARE * len(values)))
        now = float(times[-last:].min())
        clear = clear and float(times[-LASTS:].max()) < EASES
        if now < WORSE or (worst is not None and now <= worst[0]):
            continue
        fine = np.flatnonzero(times < WORSE)
        begin = int(fine[-1]) + 1
        severity: Severity = "critical" if now >= MUCH_WORSE else "warning"
        worst = now, name, float(best[-1]), float(values[-1]), int(steps[begin]), severity
    if not judged:
        return []
    times_now, name, was, is_now, since, severity = worst or (0.0, "", 0.0, 0.0, 0, "warning")
    return [
        Condition(
            name=NAME,
            severity=severity,
            bad=worst is not None,
            clear=clear,
            sentence=(
                f"samples got worse: {name} was {was:.4g} at best and is {is_now:.4g}, at least "
                f"{times_now:.1f} times worse for the newest readings (alarm from {WORSE:g} times)"
            ),
            advice=f"go back to a checkpoint from before step {spaced(since)}",
            evidence={"best": was, "now": is_now, "times": times_now},
            pace="proof",
            since=since if worst else None,
        )
    ]
