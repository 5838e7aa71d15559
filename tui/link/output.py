"""What is sent to the terminal and when: only what differs, as there is room for it, the newest state always.

Textual writes each update in full as soon as it is drawn, and waits where the terminal is slow; keys would
wait with it. Here updates are drawn on a canvas, and the terminal follows the canvas at its own pace.
"""

import asyncio
import time
from typing import Any, Protocol

from rich.color import ColorSystem
from rich.control import Control
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Size
from textual.message import Message

from latentop.tui.link.bandwidth import FAR, NEAR, Link
from latentop.tui.link.canvas import Canvas

REMOTE_SECONDS = 1 / 15
"""Between two updates over SSH, at least: each costs its packets, however small it is."""
SLOW_SECONDS = 0.2
"""The same on a slow link, but for what answers a key."""
BUSY_SECONDS = 0.02
EFFECT_SECONDS = 0.15
"""Within it what a key does is drawn, as a rule, where training has both cores."""
ANSWER_SECONDS = 1.0
"""What is drawn so soon after a key is taken for its answer."""


class Slowed(Message):
    """The link turned out to be slow, or is slow no more."""

    def __init__(self, slow: bool) -> None:
        self.slow = slow
        super().__init__()


class Driver(Protocol):
    """What can be written to, and asked whether it is shown."""

    @property
    def busy(self) -> bool:
        """Whether what is written now would wait."""

    def write(self, data: str) -> None:
        """Hand over to the thread that writes."""

    def ask(self) -> None:
        """Have the terminal answer once all that was written before is shown."""


class PacedOutput:
    """Keeps what the screen should show, and sends it. Without a driver that can be paced it does nothing."""

    def __init__(self, app: App[Any], *, max_kbps: int, far: bool) -> None:
        """``max_kbps``: see ``LinkedApp``. ``far``: the terminal is at the other end of SSH."""
        limit = max_kbps * 125 or None
        self._link = Link(time.monotonic(), limit=limit, window=FAR if far else NEAR)
        self._app = app
        self._driver: Driver | None = None
        self._colours = app.console._color_system
        self._canvas = Canvas(self._colours)
        self._gap = REMOTE_SECONDS if far else 0.0
        self._last = self._pressed = float("-inf")
        self._later: asyncio.TimerHandle | None = None
        self._size: Size | None = None
        self.undrawn = False
        """Whether the terminal has another size than before, and nothing was drawn on all of it since."""
        self._was_slow = False

    @property
    def paced(self) -> bool:
        """Whether updates go through here."""
        return self._driver is not None

    @property
    def rate(self) -> float:
        """Bytes a second that were sent of late."""
        return self._link.rate(time.monotonic())

    @property
    def just_pressed(self) -> bool:
        """Whether somebody has pressed something of which the effect may not be drawn yet."""
        return time.monotonic() - self._pressed < EFFECT_SECONDS

    def press(self) -> None:
        """Note that somebody presses something: what is drawn next answers it, and goes first."""
        self._pressed = time.monotonic()

    def begin(self, driver: Driver) -> None:
        """The terminal is ours: find out how long it takes to answer while nothing else is on the way."""
        self._driver = driver
        self._canvas.forget()
        if self._link.sent(0, time.monotonic()):
            driver.ask()

    def hear(self, when: float) -> None:
        """Note an answer of the terminal, which came at that time."""
        if self._link.answered(when) and self._driver and self._app.is_running:
            self._driver.ask()
        self._send()

    def resize(self, size: Size) -> None:
        """Send everything anew: what a terminal shows in another size is its own affair."""
        self._canvas.resize(*size)
        self._size, self.undrawn = size, True

    def draw(self, update: ChopsUpdate | LayoutUpdate) -> None:
        """Draw what Textual updates, and send of it what there is room for."""
        answer = time.monotonic() - self._pressed < ANSWER_SECONDS
        if isinstance(update, LayoutUpdate):
            self.undrawn &= update.region.size != self._size
            for y, strips in enumerate(update.strips, update.region.y):
                self._canvas.draw(update.region.x, y, strips, answer=answer)
        else:
            _draw_chops(self._canvas, update, answer=answer)
        self._send()

    def _send(self) -> None:
        """Send a portion of what differs if there is room; else come back when there may be."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        driver = self._driver
        if driver is None or not self._app.is_running or not self._canvas.pending:
            return
        now = time.monotonic()
        aside = self._link.slow and not self._canvas.answering
        earliest = self._last + (SLOW_SECONDS if aside else self._gap)
        room = self._link.room(now, 0.5 if aside else 1.0)  # what a key asks for finds the way half empty
        if driver.busy:
            self._come_back(BUSY_SECONDS)
        elif now < earliest:
            self._come_back(earliest - now)
        elif room <= 0:
            self._come_back(self._link.wait())
        else:
            if portion := self._canvas.take(room):
                self._write(driver, portion, now)
            if self._canvas.pending:
                self._come_back(0)
        self._judge()

    def _write(self, driver: Driver, portion: str, now: float) -> None:
        cursor = self._app.screen.outer_size.clamp_offset(self._app.cursor_position)
        portion += Control.move_to(*cursor).segment.text
        if self._app._sync_available:
            portion = f"{SYNC_START}{portion}{SYNC_END}"
        driver.write(portion)
        self._last = now
        if self._link.sent(len(portion.encode()), now, more=self._canvas.pending):
            driver.ask()

    def _come_back(self, seconds: float) -> None:
        self._later = asyncio.get_running_loop().call_later(seconds, self._send)

    def _judge(self) -> None:
        if self._link.slow != self._was_slow:
            self._was_slow = self._link.slow
            self._app.call_later(self._adapt, self._was_slow)

    def _adapt(self, slow: bool) -> None:
        """Spend less on a link that turns out to be slow: fewer colours, nothing dimmed; later undo it."""
        few = slow and self._colours == ColorSystem.TRUECOLOR
        self._canvas.paint(ColorSystem.EIGHT_BIT if few else self._colours)
        self._app.set_class(slow, "-slow")
        self._app.screen.refresh()
        self._app.post_message(Slowed(slow))


def _draw_chops(canvas: Canvas, update: ChopsUpdate, *, answer: bool) -> None:
    """Draw the parts of rows that an update says are new."""
    for y, start, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= end and stop > start:
                canvas.draw(x, y, [strip.crop(0, min(stop, end) - x)], answer=answer)
