"""A real pseudo-terminal with a real program in it, and an emulator that shows what a person would see."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyte

from tests.support.real_runs import wait_until

LATENTOP = Path(sys.executable).with_name("latentop")
_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
"""Requests that the emulator does not know, and would print."""
_OF_ANOTHER = ("COLUMNS", "LINES", "NO_COLOR", "TMUX")
"""What the environment says of the terminal that the tests are run in."""


def _take_terminal() -> None:
    """Have the terminal be the program's own, and its end be heard, though tests may run under nohup."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Terminal:
    """Runs ``latentop`` with these words in a terminal of that size."""

    def __init__(
        self,
        *words: str,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str | Path] = (LATENTOP,),
        speed: int | None = None,
        answers: bool = True,
    ) -> None:
        """``speed``: bytes a second of the link. ``answers``: whether it says where the cursor is."""
        self.speed = speed
        """May be changed at any time."""
        self._screen = pyte.Screen(columns, rows)
        if answers:
            vars(self._screen)["write_process_input"] = self.press
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._text: str | None = None
        self._wanted: Callable[[str], object] | None = None
        self._reached: int | None = None
        self.sent = bytearray()
        """All bytes that the program sent."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        inherited = {key: value for key, value in os.environ.items() if key not in _OF_ANOTHER}
        self.process = subprocess.Popen(
            [*command, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
            env={**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})},
        )
        os.close(slave)
        self._before = termios.tcgetattr(self._master)
        self._hung_up = threading.Event()
        self._reading = threading.Event()
        self._reading.set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()

    @property
    def text(self) -> str:
        """All that is on the screen, line by line."""
        with self._lock:
            return self._read_screen()

    @property
    def as_before(self) -> bool:
        """Whether the line discipline (echo, line mode, control characters) is what it was at the start."""
        return termios.tcgetattr(self._master) == self._before

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, as a program reads them."""
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(self._master, termios.TIOCGWINSZ, bytes(8)))
        return columns, rows

    def press(self, keys: str) -> None:
        """Type keys."""
        os.write(self._master, keys.encode())

    def mouse(self, button: int, x: int, y: int, *, let_go: bool = False) -> None:
        """Press a button over the cell in that column and row, or let go of it; 64 and 65 turn the wheel."""
        self.press(f"\x1b[<{button};{x + 1};{y + 1}{'m' if let_go else 'M'}")

    def click(self, text: str) -> None:
        """Click on the first place where the text is."""
        x, y = self.place_of(text)
        self.mouse(0, x, y)
        self.mouse(0, x, y, let_go=True)

    def place_of(self, text: str) -> tuple[int, int]:
        """Column and row of the first place where the text is on the screen, once it is there."""
        rows = self.wait_for(text).splitlines()
        y = next(place for place, row in enumerate(rows) if text in row)
        return rows[y].index(text), y

    def wait_for(self, *texts: str) -> str:
        """Wait until all of the texts are on the screen at once, and return the screen."""
        try:
            wait_until(lambda: all(text in self.text for text in texts))
        except AssertionError as error:
            raise AssertionError(f"waited for {texts}, saw:\n{self.text}") from error
        return self.text

    def settle(self) -> None:
        """Return when nothing comes any more: what follows a key may come in several portions."""
        sent = -1
        while sent != len(self.sent):
            sent = len(self.sent)
            self._hung_up.wait(0.3)

    def sent_until(self, shown: Callable[[str], object], keys: str) -> int:
        """Bytes that come from the press of keys until the screen is as wanted, however late one looks."""
        with self._lock:
            self._wanted, self._reached = shown, None
            sent = len(self.sent)
        self.press(keys)
        wait_until(lambda: self._reached is not None)
        assert self._reached is not None
        return self._reached - sent

    def resize(self, columns: int, rows: int) -> None:
        """As a person drags the window's corner."""
        with self._lock:
            self._screen.resize(rows, columns)
            self._text = None
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def freeze(self) -> None:
        """Take no more output, as a connection that is stuck."""
        self._reading.clear()

    def thaw(self) -> None:
        """Take output again."""
        self._reading.set()

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        if not self._hung_up.is_set():
            self._hung_up.set()
            self._reader.join()
            os.close(self._master)

    def _read_screen(self) -> str:
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self._screen.display)
        return self._text

    def _read(self) -> None:
        while not self._hung_up.is_set():
            readable, _, _ = select.select([self._master], [], [], 0.05)
            if not readable:
                continue
            if not self._reading.is_set():
                self._hung_up.wait(0.05)
                continue
            with suppress(OSError):
                data = os.read(self._master, self.speed // 20 if self.speed else 65_536)
                if not data:
                    return
                with self._lock:
                    self.sent += data
                    self._stream.feed(_PRIVATE.sub(b"", data))
                    self._text = None
                    if self._wanted is not None and self._wanted(self._read_screen()):
                        self._wanted, self._reached = None, len(self.sent)
                if self.speed:
                    self._hung_up.wait(len(data) / self.speed)
                continue
            return
