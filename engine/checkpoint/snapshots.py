"""Good states that training can go back to: a ring of them in memory, dense of late and sparse long ago."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Facts
from latentop.engine.run.facts import KnownSnapshot as Known
from latentop.engine.run.facts import told
from latentop.engine.run.good_states import GOOD, chosen
from latentop.engine.train import devices
from latentop.presets.wording import spaced

KEPT = 8
FIRST_SECONDS, EVERY_SECONDS = 1.0, 10.0
"""Between snapshots: at first, and in the end; in between it doubles."""
BUDGET = 0.002
"""Share of the time that taking them may cost."""
ROOM = 512 * 2**20
"""Bytes that all of them may take on the training device; larger ones are kept in the machine's memory."""
HOST_ROOM, FEWEST = 4 * 2**30, 2
"""Bytes that all of them may take there; large networks have fewer of them, but so many in any case."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """A trainer's ``state()`` at a step, its tensors its own; ``wall`` in seconds since the epoch."""

    step: int
    wall: float
    verdict: str
    state: Mapping[str, Any]
    own: bool = False
    """Whether somebody asked for it: it stays longer than others."""


class Snapshots:
    """The ring. A state is offered, and kept once the watch has looked again and still finds nothing wrong.

    ``clock`` gives seconds of training.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next = clock()
        self._interval = FIRST_SECONDS / 2
        self._kept: list[Snapshot] = []
        self._offered: Snapshot | None = None
        self.cost = 0.0
        """Seconds that the last one took."""

    def __iter__(self) -> Iterator[Snapshot]:
        """Oldest first."""
        return iter(self._kept)

    def due(self, verdict: str) -> bool:
        """Whether it is time to ``offer`` a state, which is never where something is wrong."""
        return self._offered is None and verdict in GOOD and self._clock() >= self._next

    def offer(self, state: Callable[[], Mapping[str, Any]], *, step: int, wall: float, verdict: str) -> bool:
        """Copy the state that is returned, to be judged at the next look; whether it is kept at once.

        That of before the first step is: nothing has gone wrong yet. Where it can't be copied, the next one
        is due after the usual time, too.
        """
        began = self._clock()
        try:
            self._offered = _taken(state, step=step, wall=wall, verdict=verdict)
        finally:
            self.cost = self._clock() - began
            self._interval = min(2 * self._interval, EVERY_SECONDS)
            self._next = began + max(self._interval, self.cost / BUDGET)
        return step == 0 and self.judge(verdict)

    def take(
        self, state: Callable[[], Mapping[str, Any]], *, step: int, wall: float, verdict: str
    ) -> Snapshot:
        """Copy the state that is returned; the ring stays as it is.

        Raises UsageError where neither the device nor the machine has room for it.
        """
        try:
            return _taken(state, step=step, wall=wall, verdict=verdict)
        except (RuntimeError, MemoryError) as error:
            if not devices.out_of_memory(error):
                raise
            raise UsageError(
                f"there is too little memory to keep the state of step {spaced(step)}",
                "nothing was changed; end other processes here, or ask again later",
            ) from error

    def judge(self, verdict: str) -> bool:
        """Keep what was offered if the verdict of the look after it is good; whether the ring changed."""
        offered, self._offered = self._offered, None
        if offered is None or verdict not in GOOD:
            return False
        self.keep(replace(offered, verdict=verdict))
        return True

    def keep(self, snapshot: Snapshot) -> None:
        """Keep one that is known to be good, or was asked for; of the same step only the newest.

        Of too many one is let go.
        """
        others = [one for one in self._kept if one.step != snapshot.step]
        self._kept = sorted([*others, snapshot], key=lambda one: one.step)
        most = max(FEWEST, min(KEPT, HOST_ROOM // max(1, _bytes(snapshot.state))))
        while len(self._kept) > most:
            others = [one for one in self._kept if not one.own]
            spare = others if len(others) > FEWEST else self._kept
            self._kept.remove(spare[densest([one.step for one in spare])])

    def before(self, step: float | None) -> Snapshot | None:
        """The one to go back to where trouble began at that step: see ``good_states.chosen``."""
        return chosen(self._kept, step)

    def forget_after(self, step: int) -> None:
        """Let go of those of a future that training went back from."""
        self._kept = [one for one in self._kept if one.step <= step]
        self._offered = None
        self._next = self._clock() + self._interval

    def facts(self) -> Facts:
        """What there is to go back to, for who looks at the run."""
        return told(snapshots=tuple(Known(one.step, one.wall, one.verdict, one.own) for one in self._kept))


def _taken(state: Callable[[], Mapping[str, Any]], *, step: int, wall: float, verdict: str) -> Snapshot:
    found = state()
    copied = affordable(found, to_host=_bytes(found) * KEPT > ROOM)
    return Snapshot(step=step, wall=wall, verdict=verdict, state=copied)


def spare(snapshot: Snapshot) -> Any:
    """A copy of its state, to go on from. Raises UsageError where there is no room for that anywhere."""
    try:
        return affordable(snapshot.state)
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        raise UsageError(
            f"there is too little memory to go back to step {spaced(snapshot.step)}",
            "end other processes here, or stop the run and resume it, which takes less",
        ) from error


def densest(steps: Sequence[int]) -> int:
    """Which of three or more ascending steps is missed least: neither end, and the gap small for its age."""
    newest = steps[-1]

    def gap(place: int) -> float:
        return (steps[place + 1] - steps[place - 1]) / max(1, newest - steps[place - 1])

    return min(range(1, len(steps) - 1), key=gap)


def copy(state: Any, *, to_host: bool = False) -> Any:
    """The same mappings, lists and values, with tensors of their own: nothing waits for the device.

    ``to_host``: copied into the machine's memory, which does wait.
    """
    if to_host:
        return _mapped(state, lambda tensor: tensor.detach().to("cpu", copy=True))
    return _mapped(state, lambda tensor: tensor.detach().clone())


def affordable(state: Any, *, to_host: bool = False) -> Any:
    """A copy as of ``copy``; where the device is full, in the machine's own memory, which has room."""
    try:
        return copy(state, to_host=to_host)
    except (RuntimeError, MemoryError) as error:
        if not devices.out_of_memory(error):
            raise
        return copy(state, to_host=True)


def on_host(state: Any) -> Any:
    """The same mappings, lists and values; tensors of other devices are copied into the machine's memory."""
    return _mapped(state, lambda tensor: tensor.detach().cpu())


def _mapped(state: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """Arrays become tensors: those are loaded with weights only."""
    match state:
        case torch.Tensor():
            return change(state)
        case np.ndarray():
            return change(torch.from_numpy(state))
        case Mapping():
            return {key: _mapped(value, change) for key, value in state.items()}
        case list() | tuple():
            return type(state)(_mapped(value, change) for value in state)
    return state


def _bytes(state: Any) -> int:
    match state:
        case torch.Tensor() | np.ndarray():
            return state.nbytes
        case Mapping():
            return sum(_bytes(value) for value in state.values())
    return 0
