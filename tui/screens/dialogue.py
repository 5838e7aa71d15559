"""The base of every dialogue: a screen above another that is answered once."""

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Click

from latentop.tui.link.screen import SteadyModal

Answer = TypeVar("Answer")


class Dialogue(SteadyModal[Answer | None], Generic[Answer]):
    """Returns an answer, or None where it was waved away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel", show=False)]

    def __init__(self) -> None:
        super().__init__(classes="dialogue")

    def on_click(self, event: Click) -> None:
        """Step out where the click was beside the dialogue."""
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.action_back()

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)
