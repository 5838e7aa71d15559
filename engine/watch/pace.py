"""When samples are checked: often enough to see a collapse begin, seldom enough to cost next to nothing."""

from collections import deque
from collections.abc import Callable
from math import inf
from statistics import median

from latentop.presets.watch import Watch as Settings

HASTE = 4
"""Times sooner that a check follows which may raise an alarm."""
_COSTS = 5


class Pace:
    """Says when the next check is due, by what the last ones cost: ``clock`` gives seconds that only grow.

    The next check is due after ``settings.every`` seconds, or so much later that checks take no more than
    ``settings.budget`` of the time; sooner where it may raise an alarm. ``settings`` may be replaced.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.in_doubt = False
        """Whether the newest check found what is an alarm if others find it, too."""
        self._clock = clock
        self._began = clock()
        self._checked, self._spent = -inf, 0.0
        self._costs: deque[float] = deque(maxlen=_COSTS)

    @property
    def cost(self) -> float:
        """Seconds that a check takes, drawing included: the median of the last few, 0 before the first."""
        return median(self._costs) if self._costs else 0.0

    @property
    def interval(self) -> float:
        """Seconds from the end of one check to the next: fewer while it takes another to raise an alarm.

        Then the budget is kept on average, over the run.
        """
        usual = max(self.settings.every, self.cost / self.settings.budget)
        spare = self.settings.budget * (self._clock() - self._began) - self._spent
        return usual / HASTE if self.in_doubt and spare > self.cost else usual

    @property
    def due(self) -> bool:
        """Whether it is time for a check."""
        return self._clock() >= self._checked + self.interval

    def checked(self, began: float) -> None:
        """Count a check that began at that second and has just ended."""
        self._checked = self._clock()
        self._costs.append(self._checked - began)
        self._spent += self._checked - began

    def skip(self) -> None:
        """Wait for the usual time: no check can be made now."""
        self._checked = self._clock()
