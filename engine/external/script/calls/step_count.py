"""Which step of the run a step of the script is: a script counts on where its run goes back."""

from typing import Any

from latentop.engine.run.errors import UsageError
from latentop.presets.wording import spaced

LARGEST = 2**53


class StepCount:
    """``resumed``: whether the first step of the script may be its first of all, or go on in its run."""

    def __init__(self, *, resumed: bool) -> None:
        self.ahead: int | None = None if resumed else 0
        """How many steps the script's count is ahead of the run's; None: not known yet."""

    def placed(self, step: Any, newest: int) -> int:
        """The run's step for one of the script's, where its newest is known. Raises UsageError."""
        given = whole(step)
        if self.ahead is None:
            self.ahead = 0 if given > newest else given - newest - 1
        at = given - self.ahead
        if at < newest:
            raise UsageError(
                f"step {spaced(given)} comes after step {spaced(newest + self.ahead)}: it is not recorded",
                "give steps that only grow",
            )
        return at

    def went_back(self, before: int, after: int) -> str:
        """The run went back from one step to another; what is to be said of it."""
        self.ahead = (self.ahead or 0) + before - after
        its, ours = spaced(after + 1 + self.ahead), spaced(after + 1)
        return f"the script reads on in its data; its step {its} is step {ours} here"


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
