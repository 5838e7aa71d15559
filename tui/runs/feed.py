"""From the store to the screen: some twice a second, and only where something changed."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from threading import Event, Thread

from latentop.engine.run import deletion
from latentop.engine.run.events import Frame
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import judge
from latentop.engine.run.store.bins import Bins
from latentop.engine.run.store.reader import Reader
from latentop.tui.model.plain_text import reason
from latentop.tui.model.state import State, apply, judged
from latentop.tui.runs import machine
from latentop.tui.runs.glance import doubtful
from latentop.tui.runs.run_liveness import UNREADABLE

TELL_SECONDS = 0.4
"""Between two states, at least: who reads numbers wants them no faster, and each costs its drawing."""
LOOK_SECONDS = 0.1
JUDGE_SECONDS = 1.0
RETRY_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
"""A store that was read and then can't be for this long is said to be in trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants to see that no state holds: the frames of an earlier step, a window in detail."""

    step: int | None = None
    window: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glimpse:
    """What was wished for, as far as it is recorded."""

    wish: Wish
    frames: Mapping[str, Frame] = field(default_factory=dict)
    series: Mapping[str, Bins] = field(default_factory=dict)


class Feed:
    """Folds one run's store into states, in a thread of its own: a locked file never freezes the screen.

    ``tell`` is called, from that thread, with each new state, and with a glimpse for each wish; of wishes
    that come faster than they can be read only the last is granted.
    """

    def __init__(self, run: RunFolder, tell: Callable[[State | Glimpse], object]) -> None:
        self._run = run
        self._tell = tell
        self._stop = Event()
        self._woken = Event()
        self._wishes: deque[Wish] = deque(maxlen=1)
        self._reader: Reader | None = None
        self._state = State()
        self._size = 0
        self._judged = self._read = self._loaded = float("-inf")
        self._thread = Thread(target=self._watch, name=f"feed {run.id}", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. Does not wait: a look at a locked file may take seconds."""
        self._stop.set()
        self._woken.set()

    def wish(self, wish: Wish) -> None:
        """Have a glimpse read at once."""
        self._wishes.append(wish)
        self._woken.set()

    def _watch(self) -> None:
        told, earliest = self._state, float("-inf")
        try:
            while not self._stop.is_set():
                try:
                    if time.monotonic() >= earliest:
                        self._look()
                    if self._reader and self._wishes:
                        self._tell(_granted(self._reader, self._wishes.pop()))
                except Exception as error:  # a damaged run may fail in any way: the thread lives to tell it
                    self._trouble(error)
                if self._state is not told and not self._stop.is_set():
                    told, earliest = self._state, time.monotonic() + TELL_SECONDS
                    self._tell(told)
                pause = LOOK_SECONDS if self._reader else RETRY_SECONDS
                self._woken.wait(max(pause, earliest - time.monotonic()))
                self._woken.clear()
        finally:
            self._close()

    def _look(self) -> None:
        self._reader = self._reader or Reader(self._run.database)
        batch = self._reader.poll()
        now = time.monotonic()
        if batch is not None:
            self._state = apply(self._state, batch)
        elif self._state.trouble:
            self._state = replace(self._state, trouble="")
        if batch is not None or now - self._judged >= JUDGE_SECONDS:
            self._judged = now
            self._judge(self._reader)
        if batch is not None and batch.fresh and self._state.facts.parent:
            self._state = replace(self._state, parent=_of_parent(self._run, self._state.facts))
        if now - self._loaded >= machine.LOOK_SECONDS:
            self._loaded = now
            self._weigh()
        self._state = self._sized(self._state)
        self._read = now

    def _judge(self, reader: Reader) -> None:
        wall = time.time()
        liveness = judge(self._state.facts, wall)
        if doubtful(liveness) and liveness != self._state.liveness and (batch := reader.poll()) is not None:
            self._state = apply(self._state, batch)
            liveness = judge(self._state.facts, wall)
        self._state = judged(self._state, liveness, wall)

    def _weigh(self) -> None:
        """Look at the machine, and at what the run's folder takes."""
        self._size = deletion.size(self._run)
        load, before = machine.load(self._state.facts.pid, self._state.liveness), self._state.load
        if load is not None or before is not None:
            self._state = replace(self._state, load=load and load.after(before))

    def _sized(self, state: State) -> State:
        """The state with what all of its folder takes now: the worker looks rarely, and not at all of it."""
        if state.facts.size in (None, self._size):
            return state
        return replace(state, facts=replace(state.facts, size=self._size))

    def _trouble(self, error: Exception) -> None:
        """Say why it can't be read, and begin anew: what was read halfway is not believed."""
        self._close()
        words = reason(error)
        if words != self._state.trouble and time.monotonic() - self._read >= PATIENCE_SECONDS:
            self._state = replace(self._state, trouble=words)
            if not self._state.facts.created:
                self._state = replace(self._state, liveness=UNREADABLE)

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _of_parent(run: RunFolder, facts: RunFacts) -> Mapping[str, Bins]:
    """What the parent of a fork recorded up to the fork; nothing where it can't be read any more."""
    try:
        with closing(Reader(RunFolder(run.path.parent / facts.parent).database)) as reader:
            return reader.window(0, facts.parent_step)
    except Exception:  # a damaged run may fail in any way, and its fork does without
        return {}


def _granted(reader: Reader, wish: Wish) -> Glimpse:
    return Glimpse(
        wish=wish,
        frames={} if wish.step is None else reader.frames(wish.step),
        series={} if wish.window is None else reader.window(*wish.window),
    )
