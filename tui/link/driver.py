"""The thin layer between Textual and the terminal: reads keys, and asks whether what was written is shown."""

import os
import signal
import time
from collections.abc import Iterable
from select import select
from threading import Event, Lock
from typing import IO, Any, cast

from textual import constants, events
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from latentop.tui.link.input import InputDecoder
from latentop.tui.link.output import PacedOutput
from latentop.tui.link.terminal import remote

QUESTION = "\x1b[6n"
"""Where is the cursor? Every terminal answers, once it has come that far."""
ESCAPE_SECONDS = 0.025
"""What follows esc in a key's code comes with it, where no link lies between; ESCDELAY may say otherwise."""
IDLE_SECONDS = 0.1
"""So often it is seen whether keys are still read."""
FAREWELL_SECONDS = 1.0
"""On leaving, an answer is awaited so long: one that comes later would be typed into the shell."""


class PacedDriver(LinuxDriver):
    """Textual's own for Linux and macOS, whose output can be paced. For a ``LinkedApp``."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._output: PacedOutput = app.output
        self._written_to = cast(IO[str], self._file)
        near = not remote(os.environ) and "ESCDELAY" not in os.environ
        self._escape_seconds = ESCAPE_SECONDS if near else constants.ESCAPE_DELAY
        self._lock = Lock()
        self._open = 0
        """Questions without an answer."""
        self._silent = Event()
        self._silent.set()

    @property
    def busy(self) -> bool:
        """Whether the terminal's buffer is full, so that what is written now would wait."""
        return not select([], [self._written_to], [], 0)[1]

    def ask(self) -> None:
        """Have the terminal answer once all that was written before is shown."""
        with self._lock:
            self._open += 1
            self._silent.clear()
        self.write(QUESTION)

    def process_message(self, message: Message) -> None:
        """Keep the answers here: Textual hands them on as events. Called from the thread that reads."""
        if isinstance(message, events.CursorPosition) and self._open:
            with self._lock:
                self._open -= 1
                if not self._open:
                    self._silent.set()
            self._loop.call_soon_threadsafe(self._output.hear, time.monotonic())
            return
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Read until told not to, or until nothing can come any more.

        Textual looks ten times a second whether an esc stands alone, ends with a traceback where a byte is
        no UTF-8, and reads on for ever from a terminal that is gone.
        """
        typed, quiet = InputDecoder(), 0.0
        while not self.exit_event.is_set():
            wait = quiet - time.monotonic()
            try:
                ready, _, _ = select([self.fileno], [], [], wait if 0 < wait < IDLE_SECONDS else IDLE_SECONDS)
                data = os.read(self.fileno, 4096) if ready else b""
            except BlockingIOError:  # somebody else has read it
                continue
            except (OSError, ValueError):  # the terminal is gone
                return
            if ready and not data:
                return
            messages: Iterable[Message] = ()
            if data:
                messages, quiet = typed.read(data), time.monotonic() + self._escape_seconds
            elif time.monotonic() >= quiet:
                messages = typed.silence()
            for message in messages:
                self.process_message(message)

    def start_application_mode(self) -> None:
        """Begin with the output anew: nothing is known of what the terminal shows or was asked before."""
        with self._lock:
            self._open = 0
            self._silent.set()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGWINCH, self._heed_resize)
        self._loop.call_soon(self._measure)
        self._output.begin(self)

    def disable_input(self) -> None:
        """Wait for the last answer before nothing is read any more: it would be typed into the shell."""
        if not self.exit_event.is_set():
            self._silent.wait(FAREWELL_SECONDS)
        super().disable_input()

    def _heed_resize(self, *_: object) -> None:
        """Measure the terminal outside the signal's handler.

        Textual measures inside it. Where a second signal interrupts that, the older size is told last.
        """
        if not self._in_band_window_resize:
            self._loop.call_soon_threadsafe(self._measure)

    def _measure(self) -> None:
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))
