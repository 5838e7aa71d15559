"""A break: a loss jumps from one level to another within a few rows, and stays there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from latentop.engine.external.loss_rules.course import Chunks, Course
from latentop.engine.run.store.bins import Floats
from latentop.engine.watch.verdict.alarms import Condition

NAME = "break"

SIDE = 10
"""Chunks on each side of a break."""
TIMES = 3.0
"""From one level to the other, at least."""
NOISE = 6.0
"""Times how far values of either side lie from its level (median absolute deviation)."""
AT_ONCE = 0.6
"""Of the way from one level to the other, made within two chunks, and not gone back since."""
ROOM = 5
"""Chunks by which a break may be later than what another alarm has explained."""
YOUNG = 0.2
"""Of a log that begins with its training: there losses fall by any factor."""
NEAR = 5
"""Parts on each side of a jump, where parts are so short that each is noisy."""
FLAT = 1 / 3
"""Of a jump, by which the few parts on a side differ from the next at most: more is a swing or a fall."""
FEWEST = 25
"""Values of a loss, at least: both sides, and what is young."""


@dataclass(frozen=True, slots=True)
class _Break:
    since: int
    was: float
    now: float
    strength: float
    room: int
    """Steps by which it may be earlier."""


class LevelBreak:
    """Courses to the condition ``break`` (warning); remembers breaks until a loss goes back."""

    def __init__(self) -> None:
        self._known: dict[str, _Break] = {}
        self._explained = -1
        """The newest step at which another alarm explained what losses did."""

    def judge(
        self,
        courses: Mapping[str, Course],
        *,
        young: bool,
        explained: bool,
        since: int | None = None,
        settled: int = 0,
    ) -> list[Condition]:
        """Of losses by name. What happened while another alarm ``explained`` it is none.

        Nor is what was taken for one before that alarm could be raised, of what began at the step ``since``.
        In the few rows of a log none is told before the step ``settled``, for young losses jump.
        """
        if explained:
            self._explained = max((one.last for one in courses.values()), default=-1)
        if since is not None:
            self._known = {name: one for name, one in self._known.items() if one.since + one.room < since}
        for name, course in courses.items():
            known = self._known.get(name)
            found = _break(course, young=young) if known is None and not explained else None
            if found is not None and found.since < settled and not _is_long(course):
                continue
            if found is not None and found.since > self._explained + found.room:
                self._known[name] = found
            elif known is not None and _gone_back(course, known):
                del self._known[name]
        if not courses:
            return []
        name = max(self._known, key=lambda one: self._known[one].strength, default="")
        worst = self._known.get(name, _Break(0, 0.0, 0.0, 0.0, 0))
        return [
            Condition(
                name=NAME,
                severity="warning",
                bad=bool(self._known),
                clear=not self._known,
                sentence=f"{name} jumps from {worst.was:.3g} to {worst.now:.3g} and stays there",
                advice="look at what changed there: the data, the learning rate, a resume from another state",
                evidence={"was": worst.was, "now": worst.now},
                pace="proof",
                since=worst.since if self._known else None,
            )
        ]

    def back_to(self, step: int) -> None:
        """Forget breaks at this step and later."""
        self._known = {name: one for name, one in self._known.items() if one.since < step}
        self._explained = min(self._explained, step - 1)


def _break(course: Course, *, young: bool) -> _Break | None:
    """The sharpest break of a course, if it has one."""
    chunks = _parts(course)
    levels = chunks.levels
    first = SIDE + (int(YOUNG * len(levels)) if young else 0)
    if len(levels) < first + SIDE:
        return None
    at = _sharpest(levels, first)
    if at is None:
        return None
    before, after = course.between(int(chunks.steps[at - SIDE]), int(chunks.steps[at]) - 1), levels[at + 1 :]
    was, now = float(np.median(before)), float(np.median(after))
    apart, larger, smaller = abs(now - was), max(abs(was), abs(now)), min(abs(was), abs(now))
    values = course.between(int(chunks.steps[at + 1]), course.last)
    noise = max(_spread(before, was), _spread(values, now), 1e-12)
    far = apart > NOISE * noise and (was * now < 0 or larger > TIMES * smaller)
    at_once = abs(float(levels[at + 1] - levels[at - 1])) > AT_ONCE * apart
    if chunks is not course.chunks():
        at_once = _steep(levels, at)
    stays = bool((np.abs(levels[-SIDE:] - was) > AT_ONCE * apart).all())
    if not (far and at_once and stays):
        return None
    room = int(chunks.steps[at] - chunks.steps[at - ROOM])
    return _Break(int(chunks.steps[at]), was, now, apart / noise, room)


def _steep(levels: Floats, at: int) -> bool:
    """Whether a loss goes that far between the few parts before a place and the few after it, not beyond."""
    places = (at - 2 * NEAR, at - NEAR, at + 1, at + 1 + NEAR)
    first, was, now, last = (float(np.median(levels[one : one + NEAR])) for one in places)
    apart, larger, smaller = abs(now - was), max(abs(was), abs(now)), min(abs(was), abs(now))
    flat = max(abs(was - first), abs(last - now)) < FLAT * apart
    return flat and (was * now < 0 or larger > TIMES * smaller)


def _is_long(course: Course) -> bool:
    """Whether its chunks are enough."""
    return len(course.chunks().levels) >= FEWEST


def _parts(course: Course) -> Chunks:
    """The course in chunks, or in smaller parts where these are too few."""
    return course.chunks() if _is_long(course) else course.finer(FEWEST)


def _gone_back(course: Course, known: _Break) -> bool:
    """Whether the newest level is nearer to what it was."""
    now = float(np.median(_parts(course).levels[-SIDE:]))
    return abs(now - known.was) < abs(now - known.now)


def _sharpest(levels: Floats, first: int) -> int | None:
    """The chunk that the largest jump leads to, where both sides differ most; None where none do."""
    medians = np.median(sliding_window_view(levels, SIDE), axis=1)
    apart = np.abs(medians[first:] - medians[first - SIDE : -SIDE])
    if not apart.any():
        return None
    place = first + int(apart.argmax())
    begin, end = max(first, place - SIDE), min(len(levels) - SIDE, place + SIDE)
    return begin + int(np.abs(np.diff(levels[begin - 1 : end + 1])).argmax())


def _spread(values: Floats, level: float) -> float:
    """Median absolute deviation."""
    return float(np.median(np.abs(values - level)))
