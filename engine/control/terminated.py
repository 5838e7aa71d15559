"""What a signal that ends the process sets: training ends at its next step, with a checkpoint."""

import signal
import threading
from types import FrameType


class Terminated(threading.Event):
    """An event that also knows which signal has set it."""

    number = signal.SIGTERM

    def hear(self, number: int, _: FrameType | None = None) -> None:
        """A handler for ``signal.signal``."""
        self.number = signal.Signals(number)
        self.set()

    def clear(self) -> None:
        """Have it be as if no signal had come."""
        super().clear()
        self.number = signal.SIGTERM

    @property
    def hung_up(self) -> bool:
        """Whether its terminal was closed, or somebody told it so."""
        return self.is_set() and self.number == signal.SIGHUP

    @property
    def why(self) -> str:
        """Why training ends: ``by SIGTERM``."""
        return f"by {self.number.name}{', as when its terminal is closed' if self.hung_up else ''}"
