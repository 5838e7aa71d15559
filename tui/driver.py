"""The thin layer between Textual and the terminal: counts what is written, and asks whether it is shown."""

import os
import time
from collections.abc import Callable, Iterable
from select import select
from threading import Event, Lock
from typing import IO, Any, cast

from textual import constants, events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.typed import Typed

QUESTION = "\x1b[6n"
"""Where is the cursor? Every terminal answers, once it has come that far."""
IDLE_SECONDS = 0.1
"""So often it is seen whether keys are still read."""
FAREWELL_SECONDS = 1.0
"""On leaving, an answer is awaited so long: one that comes later would be typed into the shell."""


class PacedDriver(LinuxDriver):
    """Textual's own for Linux and macOS, whose output can be paced."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.heard: Callable[[float], object] = lambda when: None
        """Called on the loop for each answer, with the time when it came."""
        self.started: Callable[[], object] = lambda: None
        """Called when the terminal has become ours, or ours again: nothing is known of what it shows."""
        self._written = _Counted(cast(IO[str], self._file))
        self._file = cast(Any, self._written)
        self._handed = 0
        self._lock = Lock()
        self._open = 0
        self._silent = Event()
        self._silent.set()

    @property
    def busy(self) -> bool:
        """Whether something that was handed over is not yet written."""
        return self._handed > self._written.flushed

    def write(self, data: str) -> None:
        """Hand over to the thread that writes."""
        self._handed += len(data)
        super().write(data)

    def ask(self) -> None:
        """Have the terminal answer once all that was written before is shown."""
        with self._lock:
            self._open += 1
            self._silent.clear()
        self.write(QUESTION)

    def process_message(self, message: Message) -> None:
        """Keep the answers here; they are for nobody else. Called from the thread that reads."""
        if isinstance(message, events.CursorPosition) and self._open:
            with self._lock:
                self._open -= 1
                if not self._open:
                    self._silent.set()
            self._loop.call_soon_threadsafe(self.heard, time.monotonic())
            return
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Read until told not to, or until nothing can come any more.

        Whether an esc stands alone is seen as soon as the rest of a code would have come; Textual looks ten
        times a second.
        """
        typed, quiet = Typed(), 0.0
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
                messages, quiet = typed.read(data), time.monotonic() + constants.ESCAPE_DELAY
            elif time.monotonic() >= quiet:
                messages = typed.silence()
            for message in messages:
                self.process_message(message)

    def start_application_mode(self) -> None:
        """Take the terminal; what was asked before is forgotten."""
        with self._lock:
            self._open = 0
            self._silent.set()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.started()

    def disable_input(self) -> None:
        """Read no more, after the last answer: it would be typed into the shell."""
        if not self.exit_event.is_set():
            self._silent.wait(FAREWELL_SECONDS)
        super().disable_input()


class _Counted:
    """A file that knows how many characters have gone through it, flushed."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._begun = self.flushed = 0

    def write(self, text: str) -> int:
        self._begun += len(text)
        return self._file.write(text)

    def flush(self) -> None:
        self._file.flush()
        self.flushed = self._begun

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
