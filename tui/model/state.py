"""What a viewer knows of a run: a frozen record, and the pure fold that takes in what the store has new."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from latentop.engine.run.events import Frame, Mark
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.bins import Bins, group, join
from latentop.engine.run.store.reader import Alarm, Batch, Command
from latentop.tui.model.machine_load import MachineLoad

Value = TypeVar("Value")

HISTORY_LIMIT = 8192
"""Rows kept of one series; beyond it neighbours are merged, so that memory and drawing stay bounded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """All that the screen of one run shows.

    A part that a batch left alone is the same object before and after, so ``is`` tells what changed.
    """

    facts: RunFacts = field(default_factory=RunFacts)
    series: Mapping[str, Bins] = field(default_factory=dict)
    frames: Mapping[str, Frame] = field(default_factory=dict)
    """The newest of each kind."""
    marks: tuple[Mark, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    commands: tuple[Command, ...] = ()
    liveness: Liveness = field(default_factory=lambda: Liveness("starting", True))
    seconds: int = 0
    """How long it has been starting; only counted until the first step."""
    parent: Mapping[str, Bins] = field(default_factory=dict)
    """Of a fork, what its parent recorded until then, which charts show before its first step."""
    load: MachineLoad | None = None
    """How busy the machine is that trains it; None where that is another one, or none."""
    trouble: str = ""
    """Why the store can't be read right now, and what to do; empty while it can."""


def apply(state: State, batch: Batch) -> State:
    """The state after a batch: history joined and bounded, everything else as the batch says."""
    return replace(
        state,
        facts=batch.facts,
        series=_series({} if batch.fresh else state.series, batch.bins),
        frames=_updated({} if batch.fresh else state.frames, batch.frames),
        marks=batch.marks if batch.fresh else state.marks + batch.marks,
        alarms=state.alarms if state.alarms == batch.alarms else batch.alarms,
        commands=state.commands if state.commands == batch.commands else batch.commands,
        trouble="",
    )


def judged(state: State, liveness: Liveness, now: float) -> State:
    """The state with what is true of its worker at ``now`` (seconds since the epoch)."""
    waits = liveness.name == "starting" and state.facts.created > 0
    seconds = max(0, int(now - state.facts.created)) if waits else 0
    if liveness == state.liveness and seconds == state.seconds:
        return state
    return replace(state, liveness=liveness, seconds=seconds)


def _series(known: Mapping[str, Bins], new: Mapping[str, Bins]) -> Mapping[str, Bins]:
    joined = {name: join(known[name], bins) if name in known else bins for name, bins in new.items()}
    return _updated(known, {name: _bounded(bins) for name, bins in joined.items()})


def _bounded(bins: Bins) -> Bins:
    """Neighbours merged, two by two, until there are few enough: no extreme and no bad value is lost."""
    while len(bins) > HISTORY_LIMIT:
        bins = group(bins, np.arange(len(bins), dtype=np.int64) // 2)
    return bins


def _updated(known: Mapping[str, Value], new: Mapping[str, Value]) -> Mapping[str, Value]:
    return {**known, **new} if new else known
