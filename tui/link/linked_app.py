"""Textual's app on a link that may be slow: all that is overridden of it."""

import os
from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from textual import constants
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ScreenStackError
from textual.css.query import NoMatches
from textual.events import Event, InputEvent, MouseMove, Resize
from textual.filter import LineFilter
from textual.screen import Screen

from latentop.tui.link.driver import PacedDriver
from latentop.tui.link.output import PacedOutput
from latentop.tui.link.terminal import remote
from latentop.tui.link.type_ahead import TypeAhead


class LinkedApp(App[None]):
    """Sends what differs, takes keys one by one, and draws through filters."""

    def __init__(self, *, max_kbps: int = 0) -> None:
        """``max_kbps``: kilobits a second that are never exceeded; 0: whatever the link carries."""
        super().__init__(driver_class=None if constants.DRIVER else PacedDriver)
        far = remote(os.environ)
        self.output = PacedOutput(self, max_kbps=max_kbps, far=far)
        self.type_ahead = TypeAhead(self, super().on_event)
        self.line_filters: Sequence[LineFilter] = ()
        """What everything that is drawn goes through, beside Textual's own."""
        if far:
            self.animation_level = "none"

    @property
    def answering(self) -> bool:
        """Whether somebody has just pressed something, and waits for what it does."""
        return not self.type_ahead.heard or self.output.just_pressed

    def tell_terminal(self, sequence: str) -> None:
        """Send a sequence such as the bell's, which moves and draws nothing."""
        if self._driver is not None:
            self._driver.write(sequence)

    def on_resize(self, event: Resize) -> None:
        """Draw everything anew: Textual draws what changed since it last looked; the canvas was cut."""
        self.output.resize(event.size)
        if self.screen_stack:
            self.screen.refresh()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add ours: what Textual has of its own are fixed by its settings."""
        return [*super().get_line_filters(), *self.line_filters]

    def push_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a screen above this one; keys wait until it is there."""
        return self.type_ahead.wait_for(super().push_screen(*arguments, **options))

    def switch_screen(self, *arguments: Any, **options: Any) -> Any:
        """Show a screen in the place of this one; keys wait until it is there."""
        return self.type_ahead.wait_for(super().switch_screen(*arguments, **options))

    def pop_screen(self) -> Any:
        """Show the screen below this one; keys wait until the upper one is gone."""
        return self.type_ahead.wait_for(super().pop_screen())

    async def on_event(self, event: Event) -> None:
        """Have keys wait for each other's effects, and what they change be sent first."""
        if isinstance(event, InputEvent) and not isinstance(event, MouseMove):
            self.output.press()
        await self.type_ahead.take(event)

    def _handle_exception(self, error: Exception) -> None:
        """Let be what a screen says that was on its way when the app was left: it finds no widgets."""
        if not (self.type_ahead.over and isinstance(error, NoMatches | ScreenStackError)):
            super()._handle_exception(error)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send only what differs, when there is room: Textual writes whole regions, and waits.

        After a window was resized several times at once, Textual may redraw a part alone: here all is drawn.
        """
        if self.output.paced and self.output.undrawn and isinstance(renderable, ChopsUpdate):
            renderable = screen._compositor.render_full_update()
        update = renderable if isinstance(renderable, ChopsUpdate | LayoutUpdate) else None
        if (
            update is None
            or not self.output.paced
            or self._batch_count
            or not self.is_running
            or self._closed
        ):
            super()._display(screen, renderable)
            return
        self.output.draw(update)
        self.post_display_hook()
