"""The app as far as screens come and go: keys wait for the screen that they are meant for."""

from typing import Any

from textual.app import App, ScreenStackError
from textual.css.query import NoMatches
from textual.events import Event, InputEvent


class OrderlyApp(App[None]):
    """What is pressed while a screen comes or goes is handled once it is there, or gone.

    Textual hands keys on at once, so that two pressed quickly can reach a screen without its widgets.
    """

    def __init__(self) -> None:
        super().__init__()
        self._changes: list[Any] = []

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a screen above this one."""
        change = super().push_screen(*arguments, **options)
        return change if options.get("wait_for_dismiss") else self._noted(change)

    def switch_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a screen in the place of this one."""
        return self._noted(super().switch_screen(*arguments, **options))

    def pop_screen(self) -> Any:
        """Show the screen below this one."""
        return self._noted(super().pop_screen())

    @property
    def left(self) -> bool:
        """Whether it has been left, or is being closed: no screen shows or takes anything any more."""
        return self._exit or not self._running

    def _handle_exception(self, error: Exception) -> None:
        """A screen that was on its way when the app was left finds no widgets: that is nobody's trouble."""
        if not (self.left and isinstance(error, NoMatches | ScreenStackError)):
            super()._handle_exception(error)

    async def on_event(self, event: Event) -> None:
        """Wait for the change of screens, if there is one, before a key or the mouse is heeded."""
        if isinstance(event, InputEvent):
            await self.at_rest()
            if self.left:
                return
        await super().on_event(event)

    async def at_rest(self) -> None:
        """Wait until no screen comes or goes."""
        while self._changes:
            await self._changes.pop(0)

    def _noted(self, change: Any) -> Any:
        self._changes.append(change)
        return change
