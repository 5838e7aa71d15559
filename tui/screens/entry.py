"""The base of every dialogue in which something is typed that leaving would lose."""

from textual.widgets import Input

from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.dialogue import Answer, Dialogue

FORGET = Choice(key="f", word="forget", does="what is typed here is lost")


class Entry(Dialogue[Answer]):
    """Esc cancels, as it says; whatever else would leave asks first where something is typed."""

    def __init__(self) -> None:
        super().__init__()
        self._at_first: tuple[str, ...] = ()

    def on_mount(self) -> None:
        """Remember what stands in the fields at first."""
        self._at_first = self._fields()

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        return self._fields() != self._at_first

    def action_back(self) -> None:
        """Leave; where something is typed, ask first."""

        def act(answer: str | None) -> None:
            if answer == FORGET.word:
                self.dismiss(None)

        if self.unsaved:
            self.app.push_screen(ChoiceScreen("Leave what is typed here?", (FORGET,)), act)
        else:
            self.dismiss(None)

    def _fields(self) -> tuple[str, ...]:
        return tuple(field.value for field in self.query(Input))
