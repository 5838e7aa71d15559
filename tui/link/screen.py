"""Screens: laid out only where there is a reason to, left once, and never without what lies behind them."""

from typing import Any, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.geometry import Offset, Size
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

Result = TypeVar("Result")


class Clickable(Screen[Result], Generic[Result]):
    """A screen that bears a click on what has just gone."""

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """Find what is still there: Textual wants the parent of what has just been removed, and ends."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        gone = widget not in (None, self) and not widget.is_attached
        return (None, None) if gone else (widget, offset)


class SteadyScreen(Clickable[Result], Generic[Result]):
    """A screen that is told things from outside, too."""

    @property
    def furnished(self) -> bool:
        """Whether its widgets are there: not before it is shown, nor while it is being left, or all is."""
        leaving = self._closing or self._closed or self._pruning  # then its widgets go one by one
        there = bool(self.children) and all(one.is_mounted and one.is_attached for one in self.children)
        return there and not leaving

    def _screen_resized(self, size: Size) -> None:
        """Keep a layout that fits: Textual lays out a screen twice as it opens, and what lies behind it."""
        if size != self._compositor.size:
            super()._screen_resized(size)


class LeftOnce(Clickable[Result], Generic[Result]):
    """A screen of which nothing is left to be dismissed once that has begun."""

    _dismissed = False

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave it, once: Textual would dismiss the screen below for whoever asks again meanwhile."""
        if self._dismissed or not self.is_active:
            return AwaitComplete()
        self._dismissed = True
        return super().dismiss(result)


class SteadyModal(ModalScreen[Result], LeftOnce[Result], SteadyScreen[Result], Generic[Result]):
    """A screen above another, which shines through."""

    def render(self) -> Any:
        """Show what lies behind: Textual knows it only while it draws, and shows nothing if asked before."""
        stack = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        return BackgroundScreen(stack[place - 1], self.styles.background) if place else super().render()
