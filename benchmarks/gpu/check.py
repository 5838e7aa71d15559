"""What a check of the GPU says, row by row, and what it is given to work with."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["passed", "failed", "skipped"]
NONE = "–"
"""Stands where nothing is wanted: the figure is there to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One row of the table: what was found, and what was wanted, in words with units."""

    name: str
    state: State
    figure: str
    wanted: str = NONE
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where a check runs: ``device`` such as ``cuda:0``, a folder for runs, and until when (monotonic)."""

    device: str
    folder: Path
    until: float
    dry: bool = False
    """Whether networks are small, steps few, and no time is judged."""

    @property
    def card(self) -> bool:
        """Whether the device is a CUDA device."""
        return self.device.startswith("cuda")

    @property
    def left(self) -> float:
        """Seconds until its time is over."""
        return self.until - time.monotonic()

    def placed(self, figure: str) -> str:
        """The figure, which says where it comes from if that is no card."""
        return figure if self.card else f"on the CPU: {figure}"


Run = Callable[[Bench], Iterator[Check]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A check to be run: ``place`` is ``module:function``, ``seconds`` its share of the whole time.

    ``alone``: in a process that is used for nothing else, for it leaves the device as nobody wants it.
    """

    name: str
    place: str
    seconds: float
    alone: bool = False


def judged(good: bool, figure: str, wanted: str, name: str = "") -> Check:
    """A row that passes where ``good``; ``name`` is what follows the check's own."""
    return Check(name=name, state="passed" if good else "failed", figure=figure, wanted=wanted)


def told(figure: str, name: str = "") -> Check:
    """A row of which nothing is wanted but the figure."""
    return Check(name=name, state="passed", figure=figure)


def judged_on_card(bench: Bench, good: bool, figure: str, wanted: str, name: str = "") -> Check:
    """A row that only a card can fail: on a processor, times and memory are there to be read."""
    return judged(good, figure, wanted, name) if bench.card else told(bench.placed(figure), name)


def skipped(reason: str, name: str = "") -> Check:
    """A row that could not be looked at, and why."""
    return Check(name=name, state="skipped", figure=reason)


def first_line(error: BaseException) -> str:
    """What an exception says, with its type, in one line."""
    line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {line}"[:200] if line else type(error).__name__
