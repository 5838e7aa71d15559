"""The app as far as its link goes: sends what differs, as there is room for it, and always the newest state.

Textual writes each update in full as soon as it is drawn, and waits where the terminal is slow; keys would
wait with it. Here updates are drawn on a canvas, and the terminal follows the canvas at its own pace.
"""

import asyncio
import os
import time
from collections.abc import Mapping

from rich.color import ColorSystem
from rich.console import RenderableType
from rich.control import Control
from textual import constants
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.driver import Driver
from textual.events import Event, InputEvent, MouseMove, Resize
from textual.screen import Screen

from tui.bandwidth import FAR, NEAR, Link
from tui.draw.canvas import Canvas
from tui.driver import PacedDriver
from tui.orderly import OrderlyApp

REMOTE_SECONDS = 1 / 15
"""Between two updates over SSH, at least: each costs its packets, however small it is."""
SLOW_SECONDS = 0.2
"""The same on a slow link, but for what answers a key."""
BUSY_SECONDS = 0.02
ESCAPE_SECONDS = 0.025
"""What follows esc in a key's code comes with it, where no link lies between; ESCDELAY may say otherwise."""
EFFECT_SECONDS = 0.15
"""Within it what a key does is drawn, as a rule, where training has both cores."""
ANSWER_SECONDS = 1.0
"""What is drawn so soon after a key is taken for its answer."""


def remote(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of SSH."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


class PacedApp(OrderlyApp):
    """``max_kbps``: kilobits a second that are never exceeded; 0: whatever the link carries."""

    def __init__(self, *, max_kbps: int = 0) -> None:
        super().__init__()
        far = remote(os.environ)
        limit = max_kbps * 125 or None
        self.link = Link(time.monotonic(), limit=limit, window=FAR if far else NEAR)
        self._canvas = Canvas(self.console._color_system)
        self._gap = REMOTE_SECONDS if far else 0.0
        self._last = float("-inf")
        self._later: asyncio.TimerHandle | None = None
        self._pressed = float("-inf")
        self._was_slow = False
        if far:
            self.animation_level = "none"
        elif "ESCDELAY" not in os.environ:
            constants.ESCAPE_DELAY = ESCAPE_SECONDS  # type: ignore[misc]

    @property
    def answering(self) -> bool:
        """Whether somebody has just pressed something, and waits for what it does."""
        return not self.heard or time.monotonic() - self._pressed < EFFECT_SECONDS

    def slowed(self, slow: bool) -> None:
        """Spend less on a link that turns out to be slow: fewer colours, nothing dimmed; later undo it."""
        system = self.console._color_system
        few = slow and system == ColorSystem.TRUECOLOR
        self._canvas.paint(ColorSystem.EIGHT_BIT if few else system)
        self.set_class(slow, "-slow")
        self.screen.refresh()

    async def on_event(self, event: Event) -> None:
        """Remember when somebody pressed something: the answer goes first."""
        if isinstance(event, InputEvent) and not isinstance(event, MouseMove):
            self._pressed = time.monotonic()
        await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        """The one whose output can be paced, where it is not said otherwise."""
        chosen = super().get_driver_class()
        return PacedDriver if issubclass(PacedDriver, chosen) else chosen

    def on_resize(self, event: Resize) -> None:
        """Send everything anew: what a terminal shows in another size is its own affair."""
        self._canvas.resize(*event.size)

    def _check_resize(self) -> None:
        """Have everything drawn anew: Textual draws what changed since it last looked; the canvas was cut."""
        super()._check_resize()
        if self.screen_stack:
            self.screen.refresh()

    def _build_driver(self, *arguments: object, **options: object) -> Driver:
        driver: Driver = super()._build_driver(*arguments, **options)  # type: ignore[arg-type]
        if isinstance(driver, PacedDriver):
            driver.started, driver.heard = self._begin, self._hear
        return driver

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        paced = isinstance(renderable, ChopsUpdate | LayoutUpdate) and isinstance(self._driver, PacedDriver)
        if not paced or self._batch_count or not self._running or self._closed:
            super()._display(screen, renderable)
            return
        answer = time.monotonic() - self._pressed < ANSWER_SECONDS
        if isinstance(renderable, LayoutUpdate):
            for y, strips in enumerate(renderable.strips, renderable.region.y):
                self._canvas.draw(renderable.region.x, y, strips, answer=answer)
        elif isinstance(renderable, ChopsUpdate):
            _draw_chops(self._canvas, renderable, answer=answer)
        self._send()
        self.post_display_hook()

    def _begin(self) -> None:
        """The terminal is ours: find out how long it takes to answer while nothing else is on the way."""
        self._canvas.forget()
        if isinstance(self._driver, PacedDriver) and self.link.sent(0, time.monotonic()):
            self._driver.ask()

    def _hear(self, when: float) -> None:
        if self.link.answered(when) and isinstance(self._driver, PacedDriver) and self._running:
            self._driver.ask()
        self._send()

    def _send(self) -> None:
        """Send a portion of what differs if there is room; else come back when there may be."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        driver = self._driver
        if not isinstance(driver, PacedDriver) or not self._running or not self._canvas.pending:
            return
        now = time.monotonic()
        aside = self.link.slow and not self._canvas.answering
        earliest = self._last + (SLOW_SECONDS if aside else self._gap)
        room = self.link.room(now, 0.5 if aside else 1.0)  # what a key asks for finds the way half empty
        if driver.busy:
            self._come_back(BUSY_SECONDS)
        elif now < earliest:
            self._come_back(earliest - now)
        elif room <= 0:
            self._come_back(self.link.wait())
        else:
            portion = self._canvas.take(room)
            if portion:
                cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
                portion += Control.move_to(*cursor).segment.text
                if self._sync_available:
                    portion = f"{SYNC_START}{portion}{SYNC_END}"
                driver.write(portion)
                self._last = now
                if self.link.sent(len(portion.encode()), now, more=self._canvas.pending):
                    driver.ask()
            if self._canvas.pending:
                self._come_back(0)
        self._judge()

    def _come_back(self, seconds: float) -> None:
        self._later = asyncio.get_running_loop().call_later(seconds, self._send)

    def _judge(self) -> None:
        if self.link.slow != self._was_slow:
            self._was_slow = self.link.slow
            self.call_later(self.slowed, self._was_slow)


def _draw_chops(canvas: Canvas, update: ChopsUpdate, *, answer: bool) -> None:
    """Draw the parts of rows that an update says are new."""
    for y, start, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= end and stop > start:
                canvas.draw(x, y, [strip.crop(0, min(stop, end) - x)], answer=answer)
