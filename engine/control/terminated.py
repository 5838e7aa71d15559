"""What a signal that ends the process sets: training ends at its next step, with a checkpoint."""

import signal
import threading
from types import FrameType


class Terminated(threading.Event):
    """An event that also knows which signal has set it."""

    def __init__(self) -> None:
        super().__init__()
        self.number = signal.SIGTERM

    def hear(self, number: int, _: FrameType | None = None) -> None:
        """A handler for ``signal.signal``."""
        self.number = signal.Signals(number)
        self.set()

    @property
    def why(self) -> str:
        """Why training ends: ``by SIGTERM``."""
        closed = ": its terminal was closed" if self.number == signal.SIGHUP else ""
        return f"by {self.number.name}{closed}"
