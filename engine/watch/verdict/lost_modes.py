"""Which classes the samples have lost: those that they showed once, and those that never came."""

from collections.abc import Mapping
from typing import Any

from latentop.engine.run.events import LOST
from latentop.engine.run.series import BACK
from latentop.engine.watch.samples.modes import IN_A_ROW
from latentop.engine.watch.samples.reading import Reading
from latentop.engine.watch.verdict.alarms import Condition
from latentop.engine.watch.verdict.arming import looks_real

LATE = 40
"""Checks after which a class that never came is as good as lost."""
LATE_COUNTED, LATE_STEPS = 6, 1000
"""The same of modes that are counted, not estimated: checks, and steps."""


class Lost:
    """Readings to the condition ``lost-modes`` (warning).

    Remembers which classes good samples have shown, and which were told: these must come back to clear it. Of
    many classes chance misses some at every check, each time others: what counts is one that stays away.
    """

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._absent: dict[str, int] = {}
        """Checks in a row that missed it."""
        self._since: dict[str, int] = {}
        """The step of the first of these."""
        self._told: set[str] = set()
        self._step = 0
        self._row = 0
        """Checks in a row that have missed a class."""

    def update(self, reading: Reading, step: int) -> None:
        """Take the reading at this step."""
        if looks_real(reading):
            self._shown |= {name for name, share in reading.presence.items() if share > BACK}
        self._absent = {name: self._absent.get(name, 0) + 1 for name in reading.lost}
        self._since = {name: self._since.get(name, step) for name in reading.lost}
        self._step = step

    def judge(self, reading: Reading, *, quiet: bool) -> Condition:
        """What the reading last taken says; ``quiet`` where more than this is lost."""
        long = min(self._row + 1, IN_A_ROW)
        known = [name for name in reading.lost if name in self._shown or self._late(name, reading)]
        lost = [name for name in known if self._absent[name] >= long]
        self._row = self._row + 1 if lost else 0
        late = reading.counted and any(self._late(name, reading) for name in lost)
        count, noun = len(reading.presence), "modes" if reading.counted else "classes"
        if lost and not quiet:
            self._told |= set(lost)
        back = all(reading.presence.get(name, 1.0) > BACK for name in self._told)
        if back:
            self._told = set()
        return Condition(
            name="lost-modes",
            severity="warning",
            bad=bool(lost) and not quiet,
            clear=back,
            sentence=f"samples show {count - len(lost)} of {count} {noun}, lost: {', '.join(lost)}",
            advice=f"watch these {noun}: if more go, lower the generator's learning rate",
            evidence=evidence(reading),
            pace="proof" if late else "held",  # the first is about many checks
            since=min(self._since[name] for name in lost) if late else None,
        )

    def _late(self, name: str, reading: Reading) -> bool:
        """Whether a mode that never came should have come by now."""
        long = reading.counted and self._step - self._since[name] >= LATE_STEPS
        return self._absent[name] >= (LATE_COUNTED if long else LATE)

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {
            "shown": sorted(self._shown),
            "absent": self._absent,
            "since": self._since,
            "told": sorted(self._told),
            "row": self._row,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._shown, self._absent = set(state["shown"]), dict(state["absent"])
        self._told = set(state["told"])
        self._since = dict(state.get("since", {}))  # older checkpoints have none
        self._row = state.get("row", 0)  # older checkpoints have none


def evidence(reading: Reading) -> dict[str, float]:
    """A reading as an alarm's evidence: its series, the chance in coverage, what is left of lost classes."""
    left = {f"{LOST}{name}": reading.presence[name] for name in reading.lost}
    return reading.series() | {"sigma/coverage": reading.coverage.sigma} | left
