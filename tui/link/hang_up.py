"""Notice that the terminal is gone, or that we are told to go: leave then, and leave the training alone.

Textual goes on without a terminal, and waits for one that takes no output. So the terminal is watched from
outside, and where leaving in good order takes too long the process just ends: what trains is another process,
and everything it records is on disk.
"""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable

GRACE_SECONDS = 1.5
SIGNALS = (signal.SIGHUP, signal.SIGTERM)


class Hangup:
    """Calls ``leave`` on the loop when a signal says so, or when standard input hangs up."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self.happened = False
        self._leave = leave

    def watch(self, terminal: int) -> None:
        """Begin, on the running loop; ``terminal`` is the descriptor that keys are read from."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._act)
        thread = threading.Thread(target=self._wait, args=(loop, terminal), name="hang-up", daemon=True)
        thread.start()

    def _wait(self, loop: asyncio.AbstractEventLoop, terminal: int) -> None:
        poll = select.poll()
        poll.register(terminal, 0)  # no input is asked for: only hang-up and errors are told
        poll.poll()
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._act)

    def _act(self) -> None:
        if self.happened:
            return
        self.happened = True
        deadline = threading.Timer(GRACE_SECONDS, os._exit, (0,))
        deadline.daemon = True
        deadline.start()
        self._leave()
