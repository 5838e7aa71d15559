"""Change settings of a run in training, undo that, or fork the run to change what can't be changed live."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.content import Content

from engine.run.errors import LatentopError
from engine.run.folder import RunFolder
from presets import draft, live
from presets.catalogue import PresetError
from presets.fields import Field
from presets.schema import Preset
from tui import edits, forking, keys
from tui.fields import Row
from tui.keys import Place
from tui.naming import undated
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.filling import FillingScreen
from tui.terminal import Terminal
from tui.widgets.keyline import KeyLine

BESIDE = Choice(key="f", word="fork", does="a new run from here; this one trains on")
INSTEAD = Choice(key="s", word="fork and stop", does="the same, and this one stops with a checkpoint")
FORGET = Choice(key="f", word="forget", does="what is typed here is not set")
ENDED = Choice(key="f", word="fork", does="a new run from its newest checkpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be done: settings set, the last change undone, the run forked; ``instead``: and stopped."""

    action: Literal["set", "undo", "fork"]
    values: Mapping[str, object] = field(default_factory=dict)
    instead: bool = False


class EditScreen(FillingScreen[Wanted | None]):
    """Returns what is wanted, or None. Settings that are live come first; of the others it says why not.

    A run that trains no more (not ``trains``) can only be forked.
    """

    PLACE: ClassVar[Place] = "edit"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("edit")]

    def __init__(self, terminal: Terminal, run: RunFolder, preset: Preset, *, trains: bool) -> None:
        super().__init__(terminal, draft.begun(preset))
        self._run = run
        self._trains = trains

    def heading(self) -> str:
        """Which run is changed, and how much."""
        name = undated(self._run.id)
        what = f"change {name} while it trains" if self._trains else f"fork {name}, which has ended"
        return f"{what} · {self.count()}"

    def chosen(self, words: str, keep: str) -> tuple[Field, ...]:
        """Live settings first."""
        return edits.chosen(self.draft, words, keep) if self._trains else super().chosen(words, keep)

    def rows(self, shown: tuple[Field, ...], width: int) -> Iterator[Row]:
        """Those that are not live are faint."""
        if not self._trains:
            return super().rows(shown, width)
        return edits.rows(self.draft, shown, width, ascii=self.terminal.ascii)

    def about(self, field: Field) -> Content:
        """Of what is not live, why."""
        if not self._trains:
            return super().about(field)
        return edits.about(self.draft, field, ascii=self.terminal.ascii)

    def wrong(self, field: Field) -> str:
        """What no fork can have, either, is wrong as soon as it is typed."""
        if field.key in self.draft.changed and not live.rule(field.key).fits:
            return f"{live.rule(field.key).why}; train a new run with it"
        return super().wrong(field)

    def on_mount(self) -> None:
        """Say what keys do to a run that has ended."""
        if not self._trains:
            self.query_one(KeyLine).labels = {"set": "fork", "fork": "", "undo": ""}

    def on_field_panel_done(self) -> None:
        """Enter sets what was changed."""
        self.action_set()

    def action_set(self) -> None:
        """Set what was changed; where it can't be while training, ask whether to fork."""
        if (values := self._values()) is None:
            return
        if not values:
            self.notify("Nothing is changed yet: type another value.")
        elif not self._trains or any(live.rule(key).why for key in values):
            self._ask(values)
        else:
            self.leave(Wanted(action="set", values=values))

    def action_fork(self) -> None:
        """Fork the run with the settings as they are here."""
        if (values := self._values()) is not None:
            self._ask(values)

    def action_undo(self) -> None:
        """Have the last change that was made undone."""
        if self._trains:
            self._unless_lost(Wanted(action="undo"))

    def action_back(self) -> None:
        """List everything again, or go back to the run."""
        if not self.forgets_words():
            self._unless_lost(None)

    def _unless_lost(self, wanted: Wanted | None) -> None:
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

    def _values(self) -> dict[str, object] | None:
        """What was changed, by key; None, with the cursor there, where something is not accepted."""
        if self.accepted() is None:
            return None
        return {field.key: field.value for field in self.draft.fields if self.draft.is_changed(field)}

    def _ask(self, values: Mapping[str, object]) -> None:
        try:
            forking.with_values(forking.begun(self._run), values)
        except (LatentopError, PresetError) as error:
            self.notify(f"{error.message}; {error.hint}", severity="error")
            return

        def act(answer: str | None) -> None:
            if answer is not None:
                self.leave(Wanted(action="fork", values=values, instead=answer == INSTEAD.word))

        fixed = [key for key in values if live.rule(key).why] if self._trains else []
        why = f"{fixed[0]} can't be changed while it trains: {live.rule(fixed[0]).why}. " if fixed else ""
        choices = (BESIDE, INSTEAD) if self._trains else (ENDED,)
        self.app.push_screen(ChoiceScreen(f"{why}Fork {undated(self._run.id)}?", choices), act)
