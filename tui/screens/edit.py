"""Change settings of a run in training, or fork it to change those that can't be; undo the last change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.content import Content

from engine.run.folder import RunFolder
from presets import draft, live
from presets.fields import Field
from presets.schema import Preset
from tui import edits, keys
from tui.fields import Row
from tui.keys import Place
from tui.naming import undated
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.filling import FillingScreen
from tui.terminal import Terminal

BESIDE = Choice(key="f", word="fork", does="a new run from here with these settings; this one trains on")
INSTEAD = Choice(key="s", word="fork and stop", does="the same, and this one stops after a checkpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be done: settings set, the last change undone, the run forked; ``instead``: and stopped."""

    action: Literal["set", "undo", "fork"]
    values: Mapping[str, object] = field(default_factory=dict)
    instead: bool = False


class EditScreen(FillingScreen[Wanted | None]):
    """Returns what is wanted, or None. Settings that are live come first; of the others it says why not."""

    PLACE: ClassVar[Place] = "edit"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("edit")]

    def __init__(self, terminal: Terminal, run: RunFolder, preset: Preset) -> None:
        super().__init__(terminal, draft.begun(preset))
        self._run = run

    def heading(self) -> str:
        """Which run is changed, and how much."""
        return f"change {undated(self._run.id)} while it trains · {self.count()}"

    def chosen(self, words: str, keep: str) -> tuple[Field, ...]:
        """Live settings first."""
        return edits.chosen(self.draft, words, keep)

    def rows(self, shown: tuple[Field, ...], width: int) -> Iterator[Row]:
        """Those that are not live are faint."""
        return edits.rows(self.draft, shown, width, ascii=self.terminal.ascii)

    def about(self, field: Field) -> Content:
        """Of what is not live, why."""
        return edits.about(self.draft, field, ascii=self.terminal.ascii)

    def wrong(self, field: Field) -> str:
        """What no fork can have, either, is wrong as soon as it is typed."""
        if field.key in self.draft.changed and not live.rule(field.key).fits:
            return f"{live.rule(field.key).why}; train a new run with it"
        return super().wrong(field)

    def on_field_panel_done(self) -> None:
        """Enter sets what was changed."""
        self.action_set()

    def action_set(self) -> None:
        """Set what was changed; where it can't be while training, ask whether to fork."""
        if (values := self._values()) is None:
            return
        if not values:
            self.notify("Nothing is changed yet: type another value.", markup=False)
        elif any(live.rule(key).why for key in values):
            self._ask(values)
        else:
            self.leave(Wanted(action="set", values=values))

    def action_fork(self) -> None:
        """Fork the run with the settings as they are here."""
        if (values := self._values()) is not None:
            self._ask(values)

    def action_undo(self) -> None:
        """Have the last change that was made undone."""
        self.leave(Wanted(action="undo"))

    def action_back(self) -> None:
        """List everything again, or go back to the run."""
        if not self.forgets_words():
            self.leave(None)

    def _values(self) -> dict[str, object] | None:
        """What was changed, by key; None, with the cursor there, where something is not accepted."""
        if self.accepted() is None:
            return None
        values = {field.key: field.value for field in self.draft.fields if self.draft.is_changed(field)}
        if unfit := next((key for key in values if not live.rule(key).fits), None):
            self.show(unfit)
            self.notify(f"{unfit}: {live.rule(unfit).why}.", severity="error", markup=False)
            return None
        return values

    def _ask(self, values: Mapping[str, object]) -> None:
        def act(answer: str | None) -> None:
            if answer is not None:
                self.leave(Wanted(action="fork", values=values, instead=answer == INSTEAD.word))

        fixed = [key for key in values if live.rule(key).why]
        why = f"{fixed[0]} can't be changed while it trains: {live.rule(fixed[0]).why}. " if fixed else ""
        self.app.push_screen(ChoiceScreen(f"{why}Fork {undated(self._run.id)}?", (BESIDE, INSTEAD)), act)
