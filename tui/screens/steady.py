"""A screen that is laid out anew only where there is a reason to."""

from typing import Generic, TypeVar

from textual.geometry import Size
from textual.screen import Screen

Result = TypeVar("Result")


class Steady(Screen[Result], Generic[Result]):
    """Textual lays out a dialogue twice as it opens, and once more what is behind it: much of the wait."""

    def _screen_resized(self, size: Size) -> None:
        if size != self._compositor.size:
            super()._screen_resized(size)
