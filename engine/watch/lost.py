"""Which classes the samples have lost: those that they showed once, and those that never came."""

from collections.abc import Mapping
from typing import Any

from engine.run.events import LOST
from engine.watch.alarms import Condition
from engine.watch.arming import looks_real
from engine.watch.diversity import Reading
from engine.watch.modes import BACK

LATE = 40
"""Checks after which a class that never came is as good as lost."""


class Lost:
    """Readings to the condition ``lost-modes`` (warning).

    Remembers which classes good samples have shown, and which were told: these must come back to clear it.
    """

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._absent: dict[str, int] = {}
        self._told: set[str] = set()

    def update(self, reading: Reading) -> None:
        """Take the next reading."""
        if looks_real(reading):
            self._shown |= {name for name, share in reading.presence.items() if share > BACK}
        self._absent = {name: self._absent.get(name, 0) + 1 for name in reading.lost}

    def judge(self, reading: Reading, *, quiet: bool) -> Condition:
        """What the reading last taken says; ``quiet`` where more than this is lost."""
        lost = [name for name in reading.lost if name in self._shown or self._absent[name] >= LATE]
        count = len(reading.presence)
        if lost and not quiet:
            self._told |= set(lost)
        back = all(reading.presence[name] > BACK for name in self._told)
        if back:
            self._told = set()
        return Condition(
            name="lost-modes",
            severity="warning",
            bad=bool(lost) and not quiet,
            clear=back,
            sentence=f"samples show {count - len(lost)} of {count} classes, lost: {', '.join(lost)}",
            advice="watch these classes: if more go, lower the generator's learning rate",
            evidence=evidence(reading),
        )

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps, in JSON's types."""
        return {"shown": sorted(self._shown), "absent": self._absent, "told": sorted(self._told)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state()``."""
        self._shown, self._absent = set(state["shown"]), dict(state["absent"])
        self._told = set(state["told"])


def evidence(reading: Reading) -> dict[str, float]:
    """A reading as an alarm's evidence: its series, the chance in coverage, what is left of lost classes."""
    left = {f"{LOST}{name}": reading.presence[name] for name in reading.lost}
    return reading.series() | {"sigma/coverage": reading.coverage.sigma} | left
