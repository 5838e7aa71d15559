"""Type-ahead: what is pressed while a screen comes or goes waits for the screen that it is meant for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from textual.app import App, ScreenStackError
from textual.errors import NoWidget
from textual.events import Event, InputEvent, Key, MouseDown, MouseEvent, MouseUp, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

DEEDS = Key, Paste, MouseDown, MouseUp
"""What others wait for; moves of the mouse and turns of its wheel change no screen."""
LAPS = 3
"""How often the way of a key is gone: what it does may ask for another message, and that one for a third."""
PATIENCE_SECONDS = 1.0
"""No queue is waited for longer than this, nor a screen that is on its way: keys would seem dead."""

Change = TypeVar("Change", bound=Awaitable[Any])


class TypeAhead:
    """Hands on what is pressed, clicked and pasted one by one, each once the one before has had its effect.

    Textual hands everything on at once, and what a key does may take a few messages more: of two keys that
    come together, the second reaches the screen that the first one leaves, or one without its widgets.
    """

    def __init__(self, app: App[Any], deliver: Callable[[Event], Awaitable[None]]) -> None:
        """``deliver`` is what Textual does with an event."""
        self._app = app
        self._deliver = deliver
        self._changes: list[Awaitable[Any]] = []
        self._held: deque[Event] = deque()
        self._following: asyncio.Task[None] | None = None
        self._addressed: Screen[Any] | None = None

    @property
    def over(self) -> bool:
        """Whether the app has been left, or is being closed: no screen shows or takes anything any more."""
        return self._app._exit or not self._app.is_running

    @property
    def heard(self) -> bool:
        """Whether all that was pressed has had its effect."""
        return not self._held and self._following is None

    def wait_for(self, change: Change) -> Change:
        """Hold keys until a screen has come or gone; returns what Textual said of that."""
        self._changes.append(change)
        return change

    @contextmanager
    def coming(self) -> Iterator[None]:
        """What is done here shows a screen in the end: keys wait for that, though not for long."""
        loop = asyncio.get_running_loop()
        shown = loop.create_future()

        def arrive() -> None:
            if not shown.done():
                shown.set_result(None)

        given_up = loop.call_later(PATIENCE_SECONDS, arrive)
        self.wait_for(shown)
        try:
            yield
        finally:
            given_up.cancel()
            arrive()

    async def at_rest(self) -> None:
        """Wait until no screen comes or goes."""
        while self._changes:
            await self._changes.pop(0)

    async def take(self, event: Event) -> None:
        """Hold what a person does; what has been to its screen and comes back is for the app's own keys."""
        if not isinstance(event, InputEvent | Paste):
            await self._deliver(event)
        elif event.is_forwarded:
            await self.at_rest()
            if not self.over and self._app.screen is self._addressed:
                await self._deliver(event)
        else:
            self._held.append(event)
            if self._following is None:
                await self._hand_on()

    async def _hand_on(self) -> None:
        """Hand on the first of what is held, and come back for the next when that has had its effect."""
        self._following = None
        await self.at_rest()
        while self._held and not self.over and self._following is None:
            event = self._held.popleft()
            self._addressed, receiver = self._app.screen, self._receiver(event)
            await self._deliver(event)
            if isinstance(event, DEEDS):
                self._following = asyncio.create_task(self._follow(receiver))

    def _receiver(self, event: Event) -> Widget:
        if isinstance(event, MouseEvent):
            with suppress(NoWidget):
                return self._app.mouse_captured or self._app.get_widget_at(event.x, event.y)[0]
        return self._app.focused or self._app.screen

    async def _follow(self, receiver: Widget) -> None:
        """Go the way that an event goes, from its receiver up to the app, and have the next one handed on."""
        try:
            for _ in range(LAPS):
                now = self._app.focused or self._app.screen
                way = dict.fromkeys([*receiver.ancestors_with_self, *now.ancestors_with_self])
                for node in way:
                    if not await _caught_up(node):
                        return
        except ScreenStackError:
            pass  # left meanwhile
        finally:
            self._app.call_later(self._hand_on)


async def _caught_up(pump: MessagePump) -> bool:
    """Wait until it has dealt with all that it was sent before, or has ended; whether it has."""
    done = asyncio.get_running_loop().create_future()
    if not pump.call_later(done.set_result, None):
        return True
    ends = [done, *([pump._task] if pump._task else [])]
    finished, _ = await asyncio.wait(ends, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    return bool(finished)
