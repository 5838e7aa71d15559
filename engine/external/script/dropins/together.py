"""Processes whose training somebody else runs end together: the first one decides, about twice a second.

To ask one another after every step would have each step wait for the device. So the first process says after
how many steps they meet next; all count them alike.
"""

from collections.abc import Callable
from time import monotonic

MEET_SECONDS = 0.5
"""Between two meetings, as long as a script's run looks at what others ask of it."""
MOST = 50
"""Steps between two meetings, at most: steps that are skipped take no time, and those that follow may."""
OVER = 0

Broadcast = Callable[[int], int]
"""Returns what the first process has given it. All have to call it, and wait for that."""


class Together:
    """One of several processes; all make one at the same place, for then they meet.

    ``last``, of the first one: after so many steps they end anyway; 0: after none.
    """

    def __init__(self, broadcast: Broadcast, last: int) -> None:
        self._broadcast = broadcast
        self._last = broadcast(last)
        self._taken = 0
        self._met = self._next = 0
        """Steps after which they met last, and meet next."""
        self._began = monotonic()

    def ends(self, *, asked: bool) -> bool:
        """Whether all of them end after the step that was just taken; ``asked`` counts in the first one."""
        self._taken += 1
        if self._taken >= self._last > 0:
            return True
        if self._taken < self._next:
            return False
        steps = self._broadcast(OVER if asked else self._steps())
        self._met, self._next, self._began = self._taken, self._taken + steps, monotonic()
        return steps == OVER

    def _steps(self) -> int:
        """How many take about as long as they train between two meetings, by those since the last one."""
        each = (monotonic() - self._began) / (self._taken - self._met)
        return max(1, min(MOST, int(MEET_SECONDS / max(each, 1e-9))))
