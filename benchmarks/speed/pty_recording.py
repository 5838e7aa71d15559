"""A program in a pseudo-terminal of 120 × 40 whose bytes are kept with their times, and read afterwards.

While it runs nothing is emulated: a thread takes the bytes and answers the questions that programs ask of a
terminal. So what is measured pays next to nothing for being measured. What was on the screen, and when, is
found afterwards by playing the bytes to an emulator.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pyte

COLUMNS, ROWS = 120, 40
PLOTTED = re.compile("[\u2801-\u28ff]")
"""What lines of charts are drawn with, here and by LEET."""
_SEQUENCES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P_^].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x20\x7f]", re.DOTALL
)
_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
"""Requests that the emulator does not know, and would print."""
_ANSWERS = (
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
)
_OF_ANOTHER = ("COLUMNS", "LINES", "NO_COLOR", "TMUX", "CI")


class Recording:
    """Runs a command in a terminal until the block ends."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        self.chunks: list[tuple[float, bytes]] = []
        """What it sent, each with the time (seconds since the epoch)."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        inherited = {key: value for key, value in os.environ.items() if key not in _OF_ANOTHER}
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self.began = time.time()
        self.process = psutil.Popen(
            [str(word) for word in command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**inherited, **terminal, **(environment or {})},
        )
        os.close(slave)
        self._over = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program and whatever it has started, and the terminal with it."""
        if self._over.is_set():
            return
        family = self.family()
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family, timeout=10)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self._over.set()
        self._reader.join()
        os.close(self._master)

    def family(self) -> list[psutil.Process]:
        """The program and all that it has started."""
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def press(self, keys: str) -> float:
        """Type keys; returns when (seconds since the epoch)."""
        now = time.time()
        os.write(self._master, keys.encode())
        return now

    def sent(self, since: float = 0.0) -> int:
        """How many bytes it sent since then."""
        chunks = list(self.chunks)
        first = bisect_left(chunks, (since, b""))
        return sum(len(data) for _, data in chunks[first:])

    def settle(self, quiet: float = 1.0, *, since: float = 0.0, most: float = 30.0) -> float:
        """Return when it has sent something since then, and nothing more for so long; when it last did."""
        until = time.time() + most
        while time.time() < until:
            last = self.chunks[-1][0] if self.chunks else 0.0
            if last > since and time.time() - last > quiet:
                return last
            time.sleep(0.02)
        raise TimeoutError(f"it did not come to rest; the last screen:\n{self.screen()}")

    def wait_for(self, text: str, *, since: float = 0.0, most: float = 60.0) -> None:
        """Return when the bytes since then hold the text, which must be in one run of cells."""
        until = time.time() + most
        while text.encode() not in b"".join(data for when, data in list(self.chunks) if when >= since):
            if time.time() > until:
                raise TimeoutError(f"never saw {text!r}; the last screen:\n{self.screen()}")
            time.sleep(0.02)

    def first_glyph(self) -> float:
        """Seconds from the start to the first glyph that can be seen."""
        sent = b""
        for when, data in self.chunks:
            sent += data
            if _SEQUENCES.sub(b"", sent):
                return when - self.began
        raise ValueError("it drew nothing")

    def first(self, pattern: re.Pattern[str], since: float | None = None) -> float:
        """When the screen first held the pattern, that time or later."""
        for when, text in self.screens():
            if (since is None or when >= since) and pattern.search(text):
                return when
        raise ValueError(f"{pattern.pattern} was never on the screen:\n{self.screen()}")

    def screens(self) -> Iterator[tuple[float, str]]:
        """The time of each portion, and what was on the screen after it."""
        screen = pyte.Screen(COLUMNS, ROWS)
        stream = pyte.ByteStream(screen)
        for when, data in list(self.chunks):
            stream.feed(_PRIVATE.sub(b"", data))
            yield when, "\n".join(screen.display)

    def screen(self) -> str:
        """What is on the screen now."""
        screen = pyte.Screen(COLUMNS, ROWS)
        stream = pyte.ByteStream(screen)
        stream.feed(_PRIVATE.sub(b"", b"".join(data for _, data in list(self.chunks))))
        return "\n".join(line.rstrip() for line in screen.display)

    def _read(self) -> None:
        while not self._over.is_set():
            readable, _, _ = select.select([self._master], [], [], 0.1)
            if not readable:
                continue
            try:
                data = os.read(self._master, 65_536)
            except OSError:
                return
            self.chunks.append((time.time(), data))
            for question, answer in _ANSWERS:
                if question in data:
                    with suppress(OSError):
                        os.write(self._master, answer)
