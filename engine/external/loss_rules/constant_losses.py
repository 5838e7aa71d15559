"""Losses that don't move: the same number again and again, or a gradient that has vanished."""

from collections.abc import Mapping

import numpy as np

from latentop.engine.external.loss_rules.course import Course
from latentop.engine.watch.verdict.alarms import Condition
from latentop.presets.watch import DEFAULTS
from latentop.presets.wording import listed, spaced

NAME = "stalled"

FEWEST = 10
"""Values that must be the same before anything is said."""
LASTS = 0.1
"""Of the course: so long must they be the same."""
SAME = 1e-7
"""Of a loss's size: what differs by less is rounding."""
ROUNDED = 1e-9
"""Of the largest loss so far: what is less is nothing."""
LANDED, LAST_MOVES = 4, 3
"""Units of the last printed digit: where its last moves, their median, were no larger before a loss stood, it
may move on behind that digit."""
FINE = 1e-3
"""Of a loss that never moved, the last printed digit's unit must be less of it than this."""
BEGINNING = 10
"""The first of so many parts of a log is where gradients begin."""


def stalled(losses: Mapping[str, Course], gradients: Mapping[str, Course]) -> list[Condition]:
    """The condition ``stalled`` (warning) of losses that belong together: all of them must stand.

    A column that never moved beside one that moves may be no loss at all: nothing is said of it.
    """
    known = {name: course for name, course in losses.items() if course.count >= FEWEST}
    since = {name: at for name, course in known.items() if (at := _stands_since(course)) is not None}
    stands = bool(known) and len(since) == len(losses)
    weak = {name: share for name, course in gradients.items() if (share := _share(course)) is not None}
    vanished = [name for name, share in weak.items() if share < DEFAULTS.stalled_alarm]
    if not known and not weak:
        return []
    began: int | None = None
    sentence, evidence = "", {}
    if stands:
        began = max(since.values())
        values = ", ".join(f"{name} {known[name].levels[-1]:.4g}" for name in since)
        sentence = f"nothing is learned: the losses are the same since step {spaced(began)} ({values})"
        evidence = {"loss": float(next(iter(known.values())).levels[-1])}
    elif vanished:
        share = min(weak[name] for name in vanished)
        sentence = (
            f"a network no longer learns: {listed(vanished)} is {share:.1g} of what it was at the beginning "
            f"(alarm below {DEFAULTS.stalled_alarm:.0e})"
        )
        evidence = {"share": share}
    return [
        Condition(
            name=NAME,
            severity="warning",
            bad=stands or bool(vanished),
            clear=all(map(_moves, known.values()))
            and all(share > DEFAULTS.stalled_clear for share in weak.values()),
            sentence=sentence,
            advice="its units are dead or saturated: start anew with lower learning rates",
            evidence=evidence,
            pace="proof",
            since=began,
        )
    ]


def _stands_since(course: Course) -> int | None:
    """Since which step all values are one, for long enough; None where they are not."""
    last = course.levels[-1] if len(course.levels) else 0.0
    largest = float(np.abs(course.levels).max(initial=0.0))
    room = max(SAME * abs(last), ROUNDED * largest)
    moved = np.flatnonzero((course.high > last + room) | (course.low < last - room))
    begin = int(moved[-1]) + 1 if len(moved) else 0
    lasted = (len(course.levels) - begin) * course.width
    if lasted < max(FEWEST, LASTS * course.count) or _stands_by_print(course, begin):
        return None
    return int(course.steps[begin])


def _stands_by_print(course: Course, begin: int) -> bool:
    """Whether the values from a block on may be the same only because few of their digits were printed."""
    unit = course.printed_unit
    if not begin:
        return unit > FINE * abs(float(course.levels[-1]))
    first = max(0, begin - LAST_MOVES)
    moves = np.abs(np.diff(course.levels[first : begin + 1]))
    within = (course.high - course.low)[first:begin]
    return unit > 0 and float(np.median(np.maximum(moves, within))) <= LANDED * unit


def _moves(course: Course) -> bool:
    """Whether the newest values differ."""
    return len(set(course.tail[-FEWEST:].tolist())) > FEWEST // 2  # of so few faster than NumPy


def _share(course: Course) -> float | None:
    """How large a gradient is now, of the largest at the beginning; None where there is too little."""
    chunks = course.chunks()
    if len(chunks.levels) < BEGINNING:
        return None
    before = float(np.abs(chunks.levels[: max(1, len(chunks.levels) // BEGINNING)]).max())
    now = float(np.abs(chunks.levels[-2:]).max())
    return now / before if before > 0 else None
