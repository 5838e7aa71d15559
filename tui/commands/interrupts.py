"""What Ctrl-C means to who follows runs: look away, or stop them with checkpoints."""

import signal
from collections.abc import Sequence
from types import FrameType
from typing import Any, Self

from latentop.engine.run import commands
from latentop.engine.run.errors import LatentopError
from latentop.engine.run.folder import RunFolder
from latentop.tui.commands.standard_output import aside
from latentop.tui.runs.names import called
from latentop.tui.runs.run_liveness import liveness_of


class Interrupts:
    """Counts Ctrl-C (and SIGTERM) inside its block, so that neither breaks into what is being done."""

    def __init__(self) -> None:
        self.count = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for one in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup and & in a script leave SIGINT
                self._before[one] = signal.signal(one, self._seen)
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _seen(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


def look_away(going: Sequence[RunFolder], _times: int) -> bool:
    """Leave them training, or watched."""
    left = "watched" if liveness_of(going[0]).watched else "training"
    aside(f"left it {left} · see it again: latentop follow {called(going[0])}", "faint")
    return True


class Stopping:
    """What Ctrl-C means to who trains runs: once, stop them with checkpoints; twice, don't wait for that."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, going: Sequence[RunFolder], times: int) -> bool:
        """Whether to leave them."""
        one = len(going) == 1
        if not self._asked:
            self._asked = True
            asked = [_stop(run) for run in reversed(going)]  # no place that falls free in the line is taken
            if any(asked):
                told = "stopping it with a checkpoint" if one else "stopping all with checkpoints"
                told = "watching it no more" if one and liveness_of(going[0]).watched else told
                aside(f"{told} · Ctrl-C again: don't wait for that", "warning")
        if times > 1:
            told = "they stop by themselves · see: latentop ls"
            if one:
                end = f"or end it: latentop stop {called(going[0])} --now"
                by = "" if liveness_of(going[0]).watched else " after the step it is in"
                told = f"it stops by itself{by} · {end}"
            aside(f"not waiting: {told}", "warning")
        return times > 1


def _stop(run: RunFolder) -> bool:
    """Ask a run to stop; False where it has ended by itself, which the next look tells."""
    try:
        commands.ask(run, "stop")
    except LatentopError:
        return False
    return True
