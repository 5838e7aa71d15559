"""The base of every dialogue: a screen above another that is answered once."""

from typing import Any, ClassVar, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.screen import ModalScreen

from tui.draw.dimmed import Dimmed
from tui.screens.steady import Steady

Answer = TypeVar("Answer")


class Dialogue(ModalScreen[Answer | None], Steady[Answer | None], Generic[Answer]):
    """Returns an answer, or None where it was waved away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel", show=False)]

    def __init__(self) -> None:
        super().__init__(classes="dialogue")
        self._answered = False

    def render(self) -> Any:
        """What lies behind. Textual knows that only while it draws, and keeps nothing if asked before."""
        stack = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        return Dimmed(stack[place - 1], self.styles.background) if place else super().render()

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer, once: keys that were pressed before the screen was gone are not for the one below."""
        if self._answered or not self.is_active:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)

    def on_click(self, event: Click) -> None:
        """Step out where the click was beside the dialogue."""
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.dismiss(None)
