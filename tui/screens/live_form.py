"""A form over a run: what is changed in it is set while the run trains, or undone."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType

from latentop.tui import keys
from latentop.tui.keys import Place
from latentop.tui.link.screen import SteadyModal
from latentop.tui.screens.choice import Choice, ChoiceScreen
from latentop.tui.screens.settings_form import SettingsForm

FORM, LEAST_SEEN = 18, 2
"""Rows that the form needs, and rows of the run that are seen in any case: how far it is, and its verdict."""
FORGET = Choice(key="f", word="forget", does="what is typed here is not set")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAnswer:
    """What shall be done: settings set, the last change undone, the run forked; ``instead``: and stopped."""

    action: Literal["set", "undo", "fork"]
    values: Mapping[str, object] = field(default_factory=dict)
    instead: bool = False


class LiveForm(SettingsForm[EditAnswer | None], SteadyModal[EditAnswer | None]):
    """Returns what is wanted, or None. It leaves the upper part of the run in sight, which trains on."""

    PLACE: ClassVar[Place] = "edit"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("edit")]

    @abstractmethod
    def want(self, values: Mapping[str, object]) -> None:
        """Have what was changed come true; at least one value."""

    @abstractmethod
    def action_fork(self) -> None:
        """Fork the run with the settings as they are here."""

    def compose(self) -> ComposeResult:
        """The form in its place from the first."""
        for widget in super().compose():
            if widget.id == "heading":
                widget.styles.margin = self._above()
            yield widget

    def on_resize(self) -> None:
        """Keep to the lower half of the screen."""
        if self.furnished:
            self.query_one("#heading").styles.margin = self._above()

    def _above(self) -> tuple[int, int, int, int]:
        """What is left to the run: half of the screen, or what the form does not need."""
        height = self.app.size.height
        return (max(LEAST_SEEN, height - max(FORM, height // 2)), 0, 0, 0)

    def on_field_panel_done(self) -> None:
        """Enter sets what was changed."""
        self.action_set()

    def action_set(self) -> None:
        """Set what was changed."""
        if (values := self.values()) is None:
            return
        if values:
            self.want(values)
        else:
            self.notify("Nothing is changed yet: type another value.")

    def action_undo(self) -> None:
        """Have the last change that was made undone."""
        self.unless_lost(EditAnswer(action="undo"))

    def action_back(self) -> None:
        """List everything again, or go back to the run."""
        if not self.forgets_words():
            self.unless_lost(None)

    def unless_lost(self, wanted: EditAnswer | None) -> None:
        """Leave; where something is typed that was not set, ask first."""
        self.take()

        def act(answer: str | None) -> None:
            if answer == FORGET.word:
                self.leave(wanted)

        if self.draft.changed:
            question = f"{self.count()} here and not set. {'Undo' if wanted else 'Leave'} all the same?"
            self.app.push_screen(ChoiceScreen(question, (FORGET,)), act)
        else:
            self.leave(wanted)

    def values(self) -> dict[str, object] | None:
        """What was changed, by key; None, with the cursor there, where something is not accepted."""
        if not self.accepted():
            return None
        return {field.key: field.value for field in self.draft.fields if self.draft.is_changed(field)}
