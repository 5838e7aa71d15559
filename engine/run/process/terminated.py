"""What a signal that ends the process sets: training ends at its next step, with a checkpoint."""

import signal
import time
from types import FrameType

SLICE_SECONDS = 0.05
"""How late a signal may be seen that comes while one waits."""


class Terminated:
    """Like ``threading.Event``, but knows which signal has set it, and takes no lock.

    A handler runs in the main thread, wherever that is: also within ``threading.Event.wait``, whose lock it
    would wait for until for ever.
    """

    def __init__(self) -> None:
        self._heard = False
        self.number = signal.SIGTERM

    def hear(self, number: int, _: FrameType | None = None) -> None:
        """A handler for ``signal.signal``."""
        self.number = signal.Signals(number)
        self._heard = True

    def set(self) -> None:
        """Have it be as if SIGTERM had come."""
        self._heard = True

    def clear(self) -> None:
        """Have it be as if no signal had come."""
        self._heard = False
        self.number = signal.SIGTERM

    def is_set(self) -> bool:
        """Whether a signal has come."""
        return self._heard

    def wait(self, seconds: float) -> bool:
        """Wait until one comes, so many seconds at most; whether one has."""
        until = time.monotonic() + seconds
        while not self._heard and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, SLICE_SECONDS))
        return self._heard

    @property
    def hung_up(self) -> bool:
        """Whether its terminal was closed, or somebody told it so."""
        return self._heard and self.number == signal.SIGHUP

    @property
    def why(self) -> str:
        """Why training ends: ``by SIGTERM``."""
        return f"by {self.number.name}{', as when its terminal is closed' if self.hung_up else ''}"
