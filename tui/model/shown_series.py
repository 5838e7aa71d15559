"""A series as it is shown: its names, colour and meaning; its order among others, its value in words.

What a run on disk needs, its unit, which way is better and its label, is in ``latentop.engine.run.series``.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from math import isfinite

from latentop.engine.run import series
from latentop.tui.model.number_text import number, share
from latentop.tui.model.plain_text import natural

LAST = ("lr/", "speed/")
"""What nobody asks for first, known or not."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a series measures, which way it goes when, and where it comes from."""

    what: str
    when: str
    source: str = ""

    @property
    def sentence(self) -> str:
        """All of it, as a sentence or two."""
        said = f"{self.what[0].upper()}{self.what[1:]}; {self.when}."
        return f"{said} Source: {self.source}." if self.source else said


@dataclass(frozen=True, slots=True)
class Shown:
    """A series on the screen. A name such as ``grad/…`` is that of a family; its fields hold for all in it.

    ``level`` names the thresholds that are in the series' own unit, and ``scale`` what they are times.
    """

    name: str
    label: str = ""
    """What people call it: by itself that of ``latentop.engine.run.series``."""
    short: str = ""
    """The label on a panel, where there is less room for it."""
    legend: str = ""
    """Beside its line in a chart."""
    column: str = ""
    """In the list of runs."""
    spoken: str = ""
    """For who listens."""
    note: str = ""
    """What stands behind the value on a panel; in braces another series' value."""
    colour: str = ""
    """Of the theme."""
    meaning: Meaning | None = None
    of_points: Meaning | None = None
    """What it means of samples of a 2-D mixture, where that is something else."""
    alarms: tuple[str, ...] = ()
    level: str = ""
    scale: float = 1.0

    @property
    def sd(self) -> str:
        """The series of its standard deviation, which few have."""
        return f"{self.name}-sd"


def in_order(names: Iterable[str]) -> list[str]:
    """Names of series, those first that one asks for first, and strangers before learning rates and speed."""
    return sorted(set(names), key=lambda name: (name.startswith(LAST), series.place(name), natural(name)))


def measured(name: str, value: float, among: Container[str] = ()) -> str:
    """The value of a series with its unit: ``0.8312 nats``, ``87 % of real``, ``9.3 steps/s``.

    ``among`` are the names of its run's series.
    """
    known = series.of(name)
    if known.relative and isfinite(value):
        return share(value) + (" of real" if known.unit == "of real" else "")
    return f"{number(value)} {series.unit(name, among)}".rstrip()
