"""From the store to the screen: some twice a second, and only where something changed."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Event, Thread

from engine.run.bins import Bins
from engine.run.events import Frame
from engine.run.folder import RunFolder
from engine.run.liveness import judge
from engine.run.reader import Reader
from tui.living import UNREADABLE
from tui.looking import doubtful
from tui.state import State, apply, judged
from tui.wording import reason

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
        self._judged = self._read = float("-inf")
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
        self._read = now

    def _judge(self, reader: Reader) -> None:
        wall = time.time()
        liveness = judge(self._state.facts, wall)
        if doubtful(liveness) and liveness != self._state.liveness and (batch := reader.poll()) is not None:
            self._state = apply(self._state, batch)
            liveness = judge(self._state.facts, wall)
        self._state = judged(self._state, liveness, wall)

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


def _granted(reader: Reader, wish: Wish) -> Glimpse:
    return Glimpse(
        wish=wish,
        frames={} if wish.step is None else reader.frames(wish.step),
        series={} if wish.window is None else reader.window(*wish.window),
    )
