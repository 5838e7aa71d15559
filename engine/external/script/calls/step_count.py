"""Which step of the run a step of the script is: by the script's count, or by the run's, which goes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from latentop.engine.run.errors import UsageError
from latentop.presets.wording import spaced

LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class _Return:
    """The run went back to a step of its own from the script's last one; no later step is known yet."""

    last: int
    to: int
    by: int


class StepCount:
    """Where the run has gone back, a script's next step tells how it counts.

    One beyond its last step: the script counts by itself, and is ahead of the run by an offset. One between
    the state that was gone back to and its last step: the script takes up ``run.step``, with no offset.
    ``resumed``: whether the first step of the script may be its first of all, or go on in its run. ``tell``
    hears of an offset.
    """

    def __init__(self, *, resumed: bool, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._ahead: int | None = None if resumed else 0
        """How many steps the script's count is ahead of the run's; None: not known yet."""
        self._stride = 1
        """From the last step of the script but one to its last."""
        self._return: _Return | None = None

    def placed(self, step: Any, newest: int) -> int | None:
        """The run's step for one of the script's, where its newest is known; by default the one after that.

        None for what still belongs to the step from which the run went back. Raises UsageError.
        """
        if step is None:
            return newest + 1
        given = whole(step)
        if self._ahead is None:
            self._ahead = 0 if given > newest else given - newest - 1
        if self._return is not None and not self._settles(given, self._ahead, self._return):
            return None
        at = given - self._ahead
        if at < newest:
            self._refuse(given, newest + self._ahead)
        self._stride = at - newest or self._stride
        return at

    def shown(self, step: Any, newest: int) -> int:
        """The run's step for one at which a script shows something: the run's, or a later one as it counts.

        Raises UsageError.
        """
        given, gone = whole(step), self._return
        if given <= newest:
            return given
        back = gone.by if gone and given > gone.last else 0
        return max(newest, given - (self._ahead or 0) - back)

    def went_back(self, before: int, after: int) -> None:
        """The run went back from one step to another."""
        if self._return is None:
            self._return = _Return(last=before + (self._ahead or 0), to=after, by=before - after)
        else:  # once more before any step of the script
            last, by = self._return.last, self._return.by + before - after
            self._return = _Return(last=last, to=after, by=by)

    def _settles(self, given: int, ahead: int, gone: _Return) -> bool:
        """Whether the step says how the script counts: not one of before. Raises UsageError."""
        if given > gone.last:
            self._ahead = ahead + gone.by
            here = spaced(given - self._ahead)
            self._tell(f"the script counts by itself: its step {spaced(given)} is step {here} here")
        elif ahead or not (gone.to < given < gone.last or given == gone.last == gone.to + self._stride):
            if given != gone.last and (ahead or given != gone.to):
                self._refuse(given, gone.last)
            return False
        self._return = None
        return True

    @staticmethod
    def _refuse(given: int, last: int) -> None:
        raise UsageError(
            f"step {spaced(given)} comes after step {spaced(last)}: it is not recorded",
            "give steps that only grow",
        )


def whole(step: Any) -> int:
    """A step that a script gives, as a number from 0 to LARGEST. Raises UsageError for anything else."""
    try:
        given = int(step)
        if not isinstance(step, str) and step != given:
            given = -1
    except (TypeError, ValueError, OverflowError, RuntimeError):
        given = -1
    if not 0 <= given <= LARGEST:
        raise UsageError(f"step={step!r} is not accepted", "accepted: a whole number from 0")
    return given
